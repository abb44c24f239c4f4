import {
  type LoraAdapter,
  type LoraConfig,
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
  dispose(): void;
};

/**
 * Model from weights of a folder or on the host, read tensor by tensor. Names that the configuration does not know are an error, except a
 * stored `lm_head.weight` of a tied model (some writers store it twice) and `rotary_emb.inv_freq` (old Llama checkpoints; computed here).
 * Without an adapter all weights are trainable; with one they are frozen.
 *
 * @param options.storage of the frozen weights, 'fp32' if absent: 'bf16' or 'nf4' (QLoRA) for the linear layers; embedding and head are
 *   then bf16, norms and biases stay fp32. Needs an adapter.
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
  const ignored = (name: string) =>
    (config.tie_word_embeddings && name === HEAD) || name.endsWith('.rotary_emb.inv_freq');
  checkShapes(Object.fromEntries(Object.entries(source.tensors).filter(([name]) => !ignored(name))), shapes, 'model');
  if (options.lora !== undefined) checkShapes(options.lora.weights, loraShapes(config, options.lora), 'adapter');

  const { storage = 'fp32' } = options;
  if (storage !== 'fp32' && options.lora === undefined)
    throw new ItoolError({
      code: 'bad_config',
      message: `nn: weights stored as ${storage} cannot be trained`,
      hint: 'Add a LoRA adapter, or store the weights as fp32.',
    });
  const weights = toTensors(shapes, source, options.lora === undefined, storage);
  const lora =
    options.lora === undefined
      ? null
      : {
          ...options.lora,
          weights: toTensors(loraShapes(config, options.lora), weightsInMemory(options.lora.weights), true),
        };
  return {
    config,
    weights,
    lora,
    dispose: () => {
      tf.dispose(weights);
      if (lora !== null) tf.dispose(lora.weights);
    },
  };
}

/** The variables that training changes: the adapter's if the model has one, else all weights. */
export function trainableParams(model: Model): Record<string, tf.Variable> {
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

function toTensors(
  shapes: Readonly<Record<string, number[]>>,
  source: WeightSource,
  trainable: boolean,
  storage: WeightStorage = 'fp32',
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const [rows, columns] = shape;
      if (storage !== 'fp32' && rows !== undefined && columns !== undefined) {
        const chosen = name === EMBEDDING || name === HEAD ? 'bf16' : storage;
        return [name, tf.keep(frozenWeight(source.read(name), [rows, columns], chosen))];
      }
      const tensor = tf.tensor(source.read(name), shape, 'float32');
      return [name, trainable ? asVariable(tensor) : tf.keep(tensor)];
    }),
  );
}

function asVariable(tensor: tf.Tensor): tf.Variable {
  const variable = tf.variable(tensor);
  tensor.dispose();
  return variable;
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
