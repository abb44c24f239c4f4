import type { WeightTensor } from '@itool/checkpoint';
import type { RandomStream } from '@itool/random';
import type { LlamaConfig } from './llama-config.ts';
import { weightShapes } from './weight-shapes.ts';

const STANDARD_DEVIATION = 0.02;

/**
 * Fresh weights: normal with standard deviation 0.02, norms one, biases zero, and the two projections that write into the residual stream (o_proj,
 * down_proj) scaled by 1/sqrt(2 x layers) so that its variance does not grow with depth (GPT-2, Radford et al. 2019, section 2.3).
 * Drawn in forward order from `stream`, so the same stream state gives the same weights.
 */
export function initWeights(config: LlamaConfig, stream: RandomStream): Record<string, WeightTensor> {
  const residual = STANDARD_DEVIATION / Math.sqrt(2 * config.num_hidden_layers);
  return Object.fromEntries(
    Object.entries(weightShapes(config)).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      if (name.endsWith('norm.weight')) data.fill(1);
      else if (!name.endsWith('.bias')) {
        const deviation = /\.(o_proj|down_proj)\.weight$/.test(name) ? residual : STANDARD_DEVIATION;
        for (let i = 0; i < data.length; i++) data[i] = deviation * stream.normal();
      }
      return [name, { shape, data }];
    }),
  );
}
