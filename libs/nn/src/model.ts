import {
  type LoraAdapter,
  type LoraConfig,
  sizeOf,
  type WeightSource,
  type WeightTensor,
  weightsInMemory,
} from '@itool/checkpoint';
import { ItoolError } from '@itool/record';
import { frozenWeight, tf, type WeightStorage } from '@itool/tensor';
import { type LlamaConfig, parseLlamaConfig } from './llama-config.ts';
import { loraShapes } from './lora.ts';
import { EMBEDDING, HEAD, weightShapes } from './weight-shapes.ts';

/** A decoder whose weights live in tensors of the current backend. Free it with `dispose`. */
export type Model = {
  config: LlamaConfig;
  /** by Hugging Face names */
  weights: Readonly<Record<string, tf.Tensor>>;
  /** null: no adapter, all weights are trainable */
  lora: (LoraConfig & { weights: Readonly<Record<string, tf.Tensor>> }) | null;
  /** How the frozen weights lie in memory; null: they are trainable. */
  storage: WeightStorage | null;
  dispose(): void;
};

/**
 * Model from weights of a folder or on the host, read tensor by tensor. Names that the configuration does not know are an error, except a
 * stored `lm_head.weight` of a tied model (some writers store it twice) and `rotary_emb.inv_freq` (old Llama checkpoints; computed here).
 * Without an adapter all weights are trainable; with one, or with a `storage`, they are frozen.
 *
 * Frozen matrices lie in `storage` (default fp32), each read from the file into it, so that no second copy of the model comes to be: beside
 * the stored weights there is one tensor in fp32 at a time, the largest when little is stored yet. With nf4 the embedding and the head are
 * bf16, as in QLoRA (Dettmers et al. 2023: only the layers that LoRA adapts are quantised); norms and biases are always fp32.
 *
 * @throws ItoolError `bad_data` naming the missing, unknown or wrongly shaped tensor
 */
export function loadModel(options: {
  config: LlamaConfig;
  weights: WeightSource | Readonly<Record<string, WeightTensor>>;
  lora?: LoraAdapter;
  storage?: WeightStorage;
}): Model {
  const config = parseLlamaConfig(options.config);
  const source = asSource(options.weights);
  const shapes = weightShapes(config);
  checkWeights(config, source.tensors, options.lora ?? null);

  const weights =
    options.lora === undefined && options.storage === undefined
      ? toVariables(shapes, source)
      : toFrozen(shapes, source, options.storage ?? 'fp32');
  const lora =
    options.lora === undefined
      ? null
      : {
          ...options.lora,
          weights: toVariables(loraShapes(config, options.lora), weightsInMemory(options.lora.weights)),
        };
  return {
    config,
    weights,
    lora,
    storage: options.lora === undefined ? (options.storage ?? null) : (options.storage ?? 'fp32'),
    dispose: () => {
      tf.dispose(weights);
      if (lora !== null) tf.dispose(lora.weights);
    },
  };
}

/** The variables that training changes: the adapter's if the model has one, else all weights. */
export function trainableParams(model: Model): Record<string, tf.Variable> {
  if (model.lora === null && model.storage !== null)
    throw new ItoolError({
      code: 'bad_config',
      message: `nn: weights stored as ${model.storage} cannot be trained`,
      hint: 'Add a LoRA adapter, or load the weights without a storage.',
    });
  return { ...(model.lora === null ? model.weights : model.lora.weights) } as Record<string, tf.Variable>;
}

/** Output head [V,D]: the embedding itself when tied. */
export function headWeight(model: Model): tf.Tensor2D {
  return model.weights[model.config.tie_word_embeddings ? EMBEDDING : HEAD] as tf.Tensor2D;
}

/** Host copies of tensors, ready for writeSafetensors or mergeLora. */
export async function readTensors(tensors: Readonly<Record<string, tf.Tensor>>): Promise<Record<string, WeightTensor>> {
  const entries = Object.entries(tensors).map(async ([name, tensor]): Promise<[string, WeightTensor]> => {
    const data = (await tensor.data<'float32'>()).slice();
    return [name, { shape: [...tensor.shape], data }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function asSource(weights: WeightSource | Readonly<Record<string, WeightTensor>>): WeightSource {
  return typeof weights['read'] === 'function'
    ? (weights as WeightSource)
    : weightsInMemory(weights as Readonly<Record<string, WeightTensor>>);
}

function toVariables(shapes: Readonly<Record<string, number[]>>, source: WeightSource): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, asVariable(tf.tensor(source.read(name), shape, 'float32'))]),
  );
}

function toFrozen(
  shapes: Readonly<Record<string, number[]>>,
  source: WeightSource,
  storage: WeightStorage,
): Record<string, tf.Tensor> {
  const order = Object.entries(shapes).sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  // Shrinking gives memory back at once, where an array that is dropped would wait for the garbage collector.
  const memory = new ArrayBuffer(0, { maxByteLength: 4 * Math.max(0, ...order.map(([, shape]) => sizeOf(shape))) });
  const found = new Map(
    order.map(([name, shape]) => {
      const size = sizeOf(shape);
      if (storage === 'fp32' || shape.length !== 2)
        return [name, tf.keep(tf.tensor(source.read(name), shape, 'float32'))];
      // The backend copies the values before frozenWeight returns.
      memory.resize(4 * size);
      const values = source.read(name, 0, size, new Float32Array(memory, 0, size));
      const is_table = name === EMBEDDING || name === HEAD;
      const stored = frozenWeight(values, shape as [number, number], is_table && storage === 'nf4' ? 'bf16' : storage);
      return [name, tf.keep(stored)];
    }),
  );
  memory.resize(0);
  return Object.fromEntries(Object.keys(shapes).map((name) => [name, found.get(name)!]));
}

function asVariable(tensor: tf.Tensor): tf.Variable {
  const variable = tf.variable(tensor);
  tensor.dispose();
  return variable;
}

/**
 * Checks names and shapes of a model's weights, and of an adapter for it.
 * @throws ItoolError `bad_data` naming the missing, unknown or wrongly shaped tensor
 */
export function checkWeights(
  config: LlamaConfig,
  tensors: Readonly<Record<string, { shape: readonly number[] }>>,
  lora: LoraAdapter | null,
): void {
  const ignored = (name: string) =>
    (config.tie_word_embeddings && name === HEAD) || name.endsWith('.rotary_emb.inv_freq');
  const stored = Object.fromEntries(Object.entries(tensors).filter(([name]) => !ignored(name)));
  checkShapes(stored, weightShapes(config), 'model');
  if (lora !== null) checkShapes(lora.weights, loraShapes(config, lora), 'adapter');
}

function checkShapes(
  found: Readonly<Record<string, { shape: readonly number[] }>>,
  expected: Readonly<Record<string, number[]>>,
  what: string,
): void {
  const refuse = (fact: string) => {
    throw new ItoolError({
      code: 'bad_data',
      message: `nn: weights do not fit the ${what} configuration: ${fact}`,
      hint: 'config.json, adapter and weights must come from the same model.',
    });
  };
  for (const [name, shape] of Object.entries(expected)) {
    const tensor = found[name];
    if (tensor === undefined) refuse(`missing ${name} [${shape}]`);
    else if (!tf.util.arraysEqual([...tensor.shape], shape)) refuse(`${name} has shape [${tensor.shape}] ([${shape}])`);
  }
  for (const name of Object.keys(found)) if (!Object.hasOwn(expected, name)) refuse(`unknown tensor ${name}`);
}
