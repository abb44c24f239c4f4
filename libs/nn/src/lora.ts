import type { WeightTensor } from '@itool/checkpoint';
import type { RandomStream } from '@itool/random';
import { ItoolError } from '@itool/record';
import type { LlamaConfig } from './llama-config.ts';
import { linearShapes } from './weight-shapes.ts';

/** PEFT's names. The adapter's output is scaled by lora_alpha / r. */
export type LoraConfig = { r: number; lora_alpha: number };

/** An adapter on the host; weights by PEFT names without prefix (`<linear>.lora_A.weight` [r, in], `<linear>.lora_B.weight` [out, r]). */
export type LoraAdapter = LoraConfig & { weights: Readonly<Record<string, WeightTensor>> };

/** Names and shapes of an adapter on all linear layers, in forward order. */
export function loraShapes(config: LlamaConfig, r: number): Record<string, number[]> {
  return Object.fromEntries(
    linearShapes(config).flatMap(({ name, out, in: input }) => [
      [`${name}.lora_A.weight`, [r, input]],
      [`${name}.lora_B.weight`, [out, r]],
    ]),
  );
}

/**
 * Fresh adapter on all linear layers: A Kaiming-uniform with a = sqrt(5), that is uniform in +-1/sqrt(in), B zero (PEFT's default; Hu et
 * al. 2021, section 4.1), so the model starts unchanged.
 */
export function initLora(config: LlamaConfig, lora: LoraConfig, stream: RandomStream): LoraAdapter {
  if (!Number.isInteger(lora.r) || lora.r < 1 || !(lora.lora_alpha > 0))
    throw new ItoolError({
      code: 'bad_config',
      message: `nn: LoRA needs an integer r >= 1 and lora_alpha > 0: r ${lora.r}, lora_alpha ${lora.lora_alpha}`,
    });
  const weights = Object.fromEntries(
    Object.entries(loraShapes(config, lora.r)).map(([name, shape]) => {
      const data = new Float32Array(shape[0]! * shape[1]!);
      if (name.endsWith('.lora_A.weight')) {
        const bound = 1 / Math.sqrt(shape[1]!);
        for (let i = 0; i < data.length; i++) data[i] = bound * (2 * stream.uniform() - 1);
      }
      return [name, { shape, data }];
    }),
  );
  return { r: lora.r, lora_alpha: lora.lora_alpha, weights };
}

/**
 * Weights with the adapter added: W + scale * B A, accumulated in float64 and rounded to fp32 once. Weights without an adapter are the
 * same objects as before; nothing is written in place.
 * @throws ItoolError `bad_data` when the adapter names a layer that is not there or does not fit it
 */
export function mergeLora(
  weights: Readonly<Record<string, WeightTensor>>,
  lora: Readonly<Record<string, WeightTensor>>,
  scale: number,
): Record<string, WeightTensor> {
  const merged: Record<string, WeightTensor> = { ...weights };
  for (const [nameA, a] of Object.entries(lora)) {
    if (!nameA.endsWith('.lora_A.weight')) continue;
    const layer = nameA.slice(0, -'.lora_A.weight'.length);
    const b = lora[`${layer}.lora_B.weight`];
    const base = weights[`${layer}.weight`];
    const [r = 0, input = 0] = a.shape;
    const [out = 0] = base?.shape ?? [];
    if (base === undefined || b === undefined || base.shape[1] !== input || b.shape[0] !== out || b.shape[1] !== r)
      throw new ItoolError({
        code: 'bad_data',
        message: `nn: adapter does not fit layer ${layer}: weight [${base?.shape}], A [${a.shape}], B [${b?.shape}]`,
        hint: 'Use the adapter with the model that it was trained on.',
      });
    const data = new Float32Array(base.data.length);
    const delta = new Float64Array(input);
    for (let o = 0; o < out; o++) {
      delta.fill(0);
      for (let k = 0; k < r; k++) {
        const factor = b.data[o * r + k]!;
        for (let i = 0; i < input; i++) delta[i]! += factor * a.data[k * input + i]!;
      }
      for (let i = 0; i < input; i++) data[o * input + i] = base.data[o * input + i]! + scale * delta[i]!;
    }
    merged[`${layer}.weight`] = { shape: base.shape, data };
  }
  return merged;
}
