import * as tf from '@tensorflow/tfjs';
import { attention } from '../attention.ts';
import { embed } from '../embed.ts';
import { linear } from '../linear.ts';
import { loraLinear } from '../lora-linear.ts';
import { rmsNorm } from '../rms-norm.ts';
import { rope } from '../rope.ts';
import { type RopeOptions, ropeFrequencies } from '../rope-frequencies.ts';
import { swiGlu } from '../swi-glu.ts';
import { tokenLogProbs } from '../token-log-probs.ts';
import { valueHead } from '../value-head.ts';
import { referenceAttention } from './attention.ts';
import { referenceEmbed } from './embed.ts';
import { referenceLinear } from './linear.ts';
import { referenceLoraLinear } from './lora-linear.ts';
import type { ReferenceResult } from './reference-result.ts';
import { referenceRmsNorm } from './rms-norm.ts';
import { referenceRope } from './rope.ts';
import { referenceSwiGlu } from './swi-glu.ts';
import { referenceTokenLogProbs } from './token-log-probs.ts';

/** One operation at one size: the operation on tensors and its float64 reference on the same values. */
export interface OperationCase {
  name: string;
  /** inputs that get a gradient, filled with the same float32 values on both sides */
  shapes: Record<string, number[]>;
  operation: (tensors: Record<string, tf.Tensor>) => tf.Tensor;
  reference: (values: Record<string, Float64Array>) => ReferenceResult<string>;
}

interface Sizes {
  lengths: number[];
  width: number;
  inner: number;
  vocab: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  rank: number;
}

/** Every operation at sizes that are no multiples of vector or block sizes, and at the smallest ones. */
export function operationCases(): OperationCase[] {
  const odd = { lengths: [5, 1, 0, 9], width: 19, inner: 23, vocab: 37, heads: 6, kvHeads: 2, headDim: 6, rank: 3 };
  const one = { lengths: [1], width: 4, inner: 5, vocab: 3, heads: 1, kvHeads: 1, headDim: 2, rank: 1 };
  const wide = { lengths: [33, 40], width: 128, inner: 72, vocab: 300, heads: 4, kvHeads: 4, headDim: 32, rank: 16 };
  return [odd, one, wide].flatMap((sizes) => casesOf(sizes));
}

function casesOf(sizes: Sizes): OperationCase[] {
  const { lengths, width, inner, vocab, heads, kvHeads, headDim, rank } = sizes;
  const cu_seqlens = cumulativeLengths(lengths);
  const rows = cu_seqlens.at(-1)!;
  const ids = Int32Array.from({ length: rows }, (_, n) => (n * n * 7 + 2) % vocab);
  const positions = Int32Array.from({ length: rows }, (_, n) => (n * 37) % 1500);
  const ropeOptions: RopeOptions = { theta: 10000 };
  const llama3: RopeOptions = {
    theta: 500000,
    scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  };
  const linearShape = { rows, inputs: width, outputs: inner };
  const size = `N=${rows} D=${width}`;
  const idTensor = () => tf.tensor1d(ids, 'int32');
  const scale = 1 / Math.sqrt(headDim);
  const frozenWeight = smoothValues(inner * width, 11, 0.3);
  const noBias = new Float64Array(inner);
  return [
    {
      name: `embed ${size}`,
      shapes: { table: [vocab, width] },
      operation: (t) => embed(idTensor(), as2d(t['table'])),
      reference: (v) => referenceEmbed(ids, v['table']!, width),
    },
    {
      name: `rmsNorm ${size}`,
      shapes: { x: [rows, width], weight: [width] },
      operation: (t) => rmsNorm(as2d(t['x']), as1d(t['weight']), 1e-5),
      reference: (v) => referenceRmsNorm(v['x']!, v['weight']!, 1e-5),
    },
    ...[ropeOptions, llama3].map(
      (options): OperationCase => ({
        name: `rope N=${rows} theta=${options.theta}`,
        shapes: { x: [rows, heads, headDim] },
        operation: (t) => rope(as3d(t['x']), tf.tensor1d(positions, 'int32'), options),
        reference: (v) => referenceRope(v['x']!, positions, heads, ropeFrequencies(headDim, options)),
      }),
    ),
    {
      name: `attention ${lengths} heads=${heads}/${kvHeads}`,
      shapes: { q: [rows, heads, headDim], k: [rows, kvHeads, headDim], v: [rows, kvHeads, headDim] },
      operation: (t) => attention(as3d(t['q']), as3d(t['k']), as3d(t['v']), { cu_seqlens, scale }),
      reference: (v) => referenceAttention(v['q']!, v['k']!, v['v']!, { heads, kvHeads, headDim, cu_seqlens, scale }),
    },
    {
      name: `linear ${size}`,
      shapes: { x: [rows, width], weight: [inner, width] },
      operation: (t) => linear(as2d(t['x']), as2d(t['weight'])),
      reference: (v) => referenceLinear(v['x']!, v['weight']!, noBias, linearShape),
    },
    {
      name: `linear with bias ${size}`,
      shapes: { x: [rows, width], weight: [inner, width], bias: [inner] },
      operation: (t) => linear(as2d(t['x']), as2d(t['weight']), as1d(t['bias'])),
      reference: (v) => referenceLinear(v['x']!, v['weight']!, v['bias']!, linearShape),
    },
    {
      name: `valueHead ${size}`,
      shapes: { hidden: [rows, width], weight: [width], bias: [1] },
      operation: (t) => valueHead(as2d(t['hidden']), as1d(t['weight']), as1d(t['bias'])),
      reference: (v) => {
        const { out, gradients } = referenceLinear(v['hidden']!, v['weight']!, v['bias']!, {
          ...linearShape,
          outputs: 1,
        });
        return { out, gradients: (dy) => ({ hidden: gradients(dy).x, ...gradients(dy) }) };
      },
    },
    {
      name: `loraLinear ${size} r=${rank}`,
      shapes: { x: [rows, width], lora_a: [rank, width], lora_b: [inner, rank] },
      operation: (t) =>
        loraLinear(as2d(t['x']), tf.tensor2d(frozenWeight, [inner, width]), as2d(t['lora_a']), as2d(t['lora_b']), {
          scale: 2,
        }),
      reference: (v) =>
        referenceLoraLinear(
          {
            x: v['x']!,
            weight: Float64Array.from(frozenWeight),
            lora_a: v['lora_a']!,
            lora_b: v['lora_b']!,
            bias: noBias,
          },
          { ...linearShape, rank, scale: 2 },
        ),
    },
    {
      name: `swiGlu N=${rows} F=${inner}`,
      shapes: { gate: [rows, inner], up: [rows, inner] },
      operation: (t) => swiGlu(as2d(t['gate']), as2d(t['up'])),
      reference: (v) => referenceSwiGlu(v['gate']!, v['up']!),
    },
    {
      name: `tokenLogProbs ${size} V=${vocab}`,
      shapes: { hidden: [rows, width], weight: [vocab, width] },
      operation: (t) => tokenLogProbs(as2d(t['hidden']), as2d(t['weight']), idTensor()),
      reference: (v) => referenceTokenLogProbs(v['hidden']!, v['weight']!, ids, width),
    },
  ];
}

/** [0, len0, len0+len1, ...] */
export function cumulativeLengths(lengths: number[]): number[] {
  const ends = [0];
  for (const length of lengths) ends.push(ends.at(-1)! + length);
  return ends;
}

/** float32 values between -amplitude and amplitude without structure that an operation could share; the same for the same seed. */
export function smoothValues(length: number, seed: number, amplitude = 1): Float32Array {
  return Float32Array.from({ length }, (_, i) => amplitude * Math.sin((i + 1) * (i + seed * 31 + 7) * 0.37 + seed));
}

const as1d = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor1D;
const as2d = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor2D;
const as3d = (tensor: tf.Tensor | undefined) => tensor as tf.Tensor3D;
