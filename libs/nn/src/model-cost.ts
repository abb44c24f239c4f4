import type { LoraConfig } from '@itool/checkpoint';
import { headDim, type LlamaConfig } from './llama-config.ts';
import { loraShapes } from './lora.ts';
import { linearShapes, weightShapes } from './weight-shapes.ts';

/** Number of weights; a tied head counts once. */
export function countParameters(config: LlamaConfig): number {
  return sizeOf(weightShapes(config));
}

/** Number of weights of an adapter. */
export function countLoraParameters(config: LlamaConfig, lora: LoraConfig): number {
  return sizeOf(loraShapes(config, lora));
}

/**
 * Floating-point operations per token at a mean of `context` visible positions: 2 per multiply-add of linear layers, head and attention
 * (scores and weighted sum). Norms, rope, activations and the adapter itself (under 1% at usual ranks) are left out. `full` training costs
 * three forwards (Kaplan et al. 2020, section 2.1), `lora` two, because frozen weights need no gradient.
 */
export function flopsPerToken(
  config: LlamaConfig,
  options: { context: number; pass: 'forward' | 'full' | 'lora' },
): number {
  const linears = linearShapes(config).reduce((sum, { out, in: input }) => sum + out * input, 0);
  const head = config.vocab_size * config.hidden_size;
  const attention = 2 * config.num_hidden_layers * config.num_attention_heads * headDim(config) * options.context;
  const passes = { forward: 1, full: 3, lora: 2 }[options.pass];
  return passes * 2 * (linears + head + attention);
}

function sizeOf(shapes: Record<string, number[]>): number {
  return Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
}
