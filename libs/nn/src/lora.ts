import {
  isTarget,
  type LoraAdapter,
  type LoraConfig,
  loraScale,
  needTensor,
  type WeightSource,
  type WeightTensor,
} from '@itool/checkpoint';
import type { RandomStream } from '@itool/random';
import { ItoolError } from '@itool/record';
import type { LlamaConfig } from './llama-config.ts';
import { type LinearShape, linearShapes } from './weight-shapes.ts';

/** The linear layers that have an adapter, in forward order. @throws ItoolError `bad_config` when there is none */
export function adaptedLayers(config: LlamaConfig, lora: LoraConfig): LinearShape[] {
  const layers = linearShapes(config).filter(({ name }) => isTarget(lora, name));
  if (layers.length > 0) return layers;
  throw new ItoolError({
    code: 'bad_config',
    message: `nn: target_modules name no linear layer: ${JSON.stringify(lora.target_modules)} (for example ${linearShapes(config)[0]!.name})`,
  });
}

/** Names and shapes of an adapter, in forward order. */
export function loraShapes(config: LlamaConfig, lora: LoraConfig): Record<string, number[]> {
  return Object.fromEntries(
    adaptedLayers(config, lora).flatMap(({ name, out, in: input }) => [
      [`${name}.lora_A.weight`, [lora.r, input]],
      [`${name}.lora_B.weight`, [out, lora.r]],
    ]),
  );
}

/**
 * Fresh adapter: A Kaiming-uniform with a = sqrt(5), that is uniform in +-1/sqrt(in), B zero (PEFT's default; Hu et
 * al. 2021, section 4.1), so the model starts unchanged.
 */
export function initLora(config: LlamaConfig, lora: LoraConfig, stream: RandomStream): LoraAdapter {
  if (!Number.isInteger(lora.r) || lora.r < 1 || !(lora.lora_alpha > 0))
    throw new ItoolError({
      code: 'bad_config',
      message: `nn: LoRA needs an integer r >= 1 and lora_alpha > 0: r ${lora.r}, lora_alpha ${lora.lora_alpha}`,
    });
  const weights = Object.fromEntries(
    Object.entries(loraShapes(config, lora)).map(([name, shape]) => {
      const data = new Float32Array(shape[0]! * shape[1]!);
      if (name.endsWith('.lora_A.weight')) {
        const bound = 1 / Math.sqrt(shape[1]!);
        for (let i = 0; i < data.length; i++) data[i] = bound * (2 * stream.uniform() - 1);
      }
      return [name, { shape, data }];
    }),
  );
  return { ...lora, weights };
}

/**
 * The weights with the adapter added: W + scale * B A, accumulated in float64 and rounded to fp32 once, computed when a tensor is read.
 * Tensors without an adapter come as they are in `source`; what has one is said to be F32.
 *
 * @throws ItoolError `bad_data` when the adapter names a layer that is not there or does not fit it
 */
export function mergeLora(source: WeightSource, lora: LoraAdapter): WeightSource {
  const scale = loraScale(lora);
  const layerOf = new Map<string, { a: WeightTensor; b: WeightTensor }>();
  const tensors = { ...source.tensors };
  for (const [nameA, a] of Object.entries(lora.weights)) {
    if (!nameA.endsWith('.lora_A.weight')) continue;
    const layer = nameA.slice(0, -'.lora_A.weight'.length);
    const name = `${layer}.weight`;
    const b = lora.weights[`${layer}.lora_B.weight`];
    const shape = source.tensors[name]?.shape;
    const [r, input] = a.shape;
    if (shape === undefined || b === undefined || shape[1] !== input || b.shape[0] !== shape[0] || b.shape[1] !== r)
      throw new ItoolError({
        code: 'bad_data',
        message: `nn: adapter does not fit layer ${layer}: weight [${shape}], A [${a.shape}], B [${b?.shape}]`,
        hint: 'Use the adapter with the model that it was trained on.',
      });
    layerOf.set(name, { a, b });
    tensors[name] = { shape, dtype: 'F32' };
  }
  return {
    tensors,
    read: (name, from = 0, to, into) => {
      needTensor(tensors, name);
      const data = source.read(name, from, to, into);
      const adapted = layerOf.get(name);
      if (adapted !== undefined) addProduct(data, from, adapted.a, adapted.b, scale);
      return data;
    },
  };
}

/** Adds elements [from, from + data.length) of scale * B A. */
function addProduct(data: Float32Array, from: number, a: WeightTensor, b: WeightTensor, scale: number): void {
  const [r = 0, input = 0] = a.shape;
  const delta = new Float64Array(input);
  for (let done = 0; done < data.length; ) {
    const row = Math.floor((from + done) / input);
    const first = from + done - row * input;
    const last = Math.min(input, first + data.length - done);
    delta.fill(0);
    for (let k = 0; k < r; k++) {
      const factor = b.data[row * r + k]!;
      for (let i = first; i < last; i++) delta[i]! += factor * a.data[k * input + i]!;
    }
    for (let i = first; i < last; i++, done++) data[done] = data[done]! + scale * delta[i]!;
  }
}
