import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { embed } from './embed.ts';
import { frozenWeight, storedValues } from './frozen-weight.ts';
import type { WeightStorage } from './kernels.ts';
import { linear } from './linear.ts';
import { loraLinear } from './lora-linear.ts';
import { numbers, relativeError, sameBits } from './native/addon-for-tests.ts';
import type { NativeBackend } from './native/native-backend.ts';
import { registerNativeBackend } from './native/register-native-backend.ts';
import { DYNAMIC_MAP, NF4_LEVELS, nf4Dequantised, nf4Quantised } from './nf4.ts';
import { tokenLogProbs } from './token-log-probs.ts';
import { useBackend } from './use-backend.ts';
import { valueAndGrads } from './value-and-grads.ts';

const golden = join(__dirname, '..', '..', '..', '..', 'shared', 'golden', 'nf4', 'vector.json');
if (!existsSync(golden)) console.warn('frozen weights: the golden NF4 vector is not there; own numbers only');

describe('NF4', () => {
  it('has 256 scale values, ascending, with 0 and 1, and negatives of all but 1', () => {
    expect(DYNAMIC_MAP).toHaveLength(256);
    expect([...DYNAMIC_MAP].filter((x, i) => i > 0 && x <= DYNAMIC_MAP[i - 1]!)).toEqual([]);
    expect([DYNAMIC_MAP[0], DYNAMIC_MAP[254], DYNAMIC_MAP[255]]).toEqual([-0.992968738079071, 0.992968738079071, 1]);
    // i = 0: one midpoint, 0.55, times 1e-6
    expect([...DYNAMIC_MAP].filter((x) => x !== 0 && Math.abs(x) < 1e-6)).toEqual(
      [-1, 1].map((s) => Math.fround(s * 0.55e-6)),
    );
  });

  it('codes a block by hand', () => {
    // Largest magnitude 2: 2 is level 15, -2 level 0, 0 level 7, 0.3 = 2 * 0.15 is nearest to level 9 (0.1609).
    const { codes, absmax_codes, absmax_scales, absmax_offset } = nf4Quantised(Float32Array.of(2, -2, 0, 0.3));
    expect([...codes]).toEqual([0xf0, 0x79]);
    // One block: its magnitude is the mean, the rest 0.
    expect([absmax_offset, [...absmax_scales], DYNAMIC_MAP[absmax_codes[0]!]]).toEqual([2, [0], 0]);
    const back = nf4Dequantised(nf4Quantised(Float32Array.of(2, -2, 0, 0.3)));
    expect([...back]).toEqual([2, -2, 0, 2 * NF4_LEVELS[9]!].map(Math.fround));
  });

  (existsSync(golden) ? it : it.skip)('agrees with the golden vector', () => {
    const vector = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, number[]>;
    const found = nf4Quantised(Float32Array.from(vector['weights']!));
    expect([...NF4_LEVELS]).toEqual(vector['nf4_levels']);
    expect([...DYNAMIC_MAP]).toEqual(vector['dynamic_map_signed_256']);
    expect([...found.codes]).toEqual(vector['packed_codes_high_nibble_first']);
    expect([...found.absmax_codes]).toEqual(vector['absmax_codes']);
    expect(found.absmax_offset).toBe(vector['absmax_offset'] as unknown as number);
    expect(found.absmax_scales[0]).toBe(vector['absmax_scale'] as unknown as number);
    expect(relativeError(nf4Dequantised(found), vector['dequantised']!)).toBeLessThan(1e-7);
  });
});

describe('bf16', () => {
  it('rounds to nearest, ties to even, and keeps infinities and NaN', () => {
    const values = Float32Array.of(
      1,
      1 + 1 / 256,
      1 + 3 / 256,
      1 + 1.01 / 256,
      -3.14159274,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    );
    expect([...storedValues(values, 'bf16')]).toEqual([
      1,
      1,
      1 + 4 / 256,
      1 + 2 / 256,
      -3.140625,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

const native = registerNativeBackend();
const roundsActivations = native.ok && native.isa.startsWith('avx512bf16');

describe.each(native.ok ? ['native', 'cpu'] : ['cpu'])('frozen weights on %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend as 'native' | 'cpu');
  });

  const [rows, width, outputs, rank] = [21, 83, 101, 5];
  const weight = numbers(outputs * width, 1);
  weight.fill(0, 700, 900); // whole blocks of zeros

  it.each(['bf16', 'nf4'] as const)('%s: holds the values that the storage makes, bit for bit', (storage) => {
    const tensor = frozenWeight(weight, [outputs, width], storage);
    expect(sameBits(tensor.dataSync() as Float32Array, storedValues(weight, storage))).toBe(true);
    expect(tensor.shape).toEqual([outputs, width]);
    tensor.dispose();
  });

  it('takes the bits of the storage, not of float32', () => {
    if (backend !== 'native') return;
    const { addon } = tf.backend() as NativeBackend;
    const count = 256 * 512;
    const before = addon.memory(false).in_use;
    const size = (storage: WeightStorage) => {
      const tensor = frozenWeight(new Float32Array(count), [256, 512], storage);
      const bytes = addon.memory(false).in_use - before;
      tensor.dispose();
      return bytes;
    };
    expect(size('bf16')).toBe(2 * count);
    expect((8 * size('nf4')) / count).toBeLessThan(4.14);
    expect(addon.memory(false).in_use).toBe(before);
  });

  it.each(['bf16', 'nf4'] as const)('%s: operations compute with the stored values', (storage) => {
    // Where the processor multiplies bf16, activations are rounded to 8 bits as well: each product is off by up to 2^-9.
    const tolerance = roundsActivations && backend === 'native' ? 8e-3 : 2e-6;
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const x = tf.tensor2d(numbers(rows * width, 2), [rows, width]);
      const [lora_a, lora_b] = [
        tf.tensor2d(numbers(rank * width, 3), [rank, width]),
        tf.tensor2d(numbers(outputs * rank, 4), [outputs, rank]),
      ];
      const ids = tf.tensor1d(
        Int32Array.from({ length: rows }, (_, i) => (i * 7) % outputs),
        'int32',
      );
      const compute = (w: tf.Tensor2D) => {
        const total = () => {
          const y = tf.add(linear(x, w), loraLinear(x, w, lora_a, lora_b, { scale: 0.5 }));
          return tf.add(tf.sum(tf.mul(y, y)), tf.sum(tf.mul(tokenLogProbs(x, w, ids), 3))) as tf.Scalar;
        };
        const { value, grads } = valueAndGrads(total, { x, lora_a, lora_b });
        return [value, embed(ids, w), linear(x, w), tokenLogProbs(x, w, ids), ...Object.values(grads)];
      };
      const found = compute(frozenWeight(weight, [outputs, width], storage));
      const expected = compute(tf.tensor2d(storedValues(weight, storage), [outputs, width]));
      for (const [i, tensor] of found.entries())
        expect([i, relativeError(tensor.dataSync(), expected[i]!.dataSync()) < tolerance]).toEqual([i, true]);
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says that a stored weight has no gradient', () => {
    if (backend !== 'native') return;
    tf.tidy(() => {
      const [x, w] = [tf.ones<tf.Rank.R2>([2, 4]), frozenWeight(new Float32Array(12), [3, 4], 'bf16')];
      expect(() => valueAndGrads(() => tf.sum(linear(x, w)) as tf.Scalar, { w })).toThrow(
        'native: LinearGrad: a weight that is not stored as float32 has no gradient [N=2, K=4, O=3]',
      );
      expect(() => tf.add(w, w)).toThrow('is not stored as float32');
    });
  });
});
