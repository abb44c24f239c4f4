import * as tf from '@tensorflow/tfjs';
import { addon, describeNative, numbers } from './addon-for-tests.ts';
import type { NativeBackend } from './native-backend.ts';
import { registerNativeBackend } from './register-native-backend.ts';

function addonInUse(): number {
  return (tf.backend() as NativeBackend).addon.memory(false).in_use;
}

describeNative('backend native', () => {
  beforeAll(async () => {
    expect(registerNativeBackend()).toEqual({ ok: true, isa: addon().isa, threads: expect.any(Number) });
    await tf.setBackend('native');
  });

  const large = (seed: number) => tf.tensor2d(numbers(64 * 64, seed), [64, 64]);

  it('copies what comes in and what goes out', () => {
    const given = numbers(4096, 1);
    const x = tf.tensor1d(given);
    given.fill(0);
    const read = x.dataSync();
    read.fill(5);
    expect(x.dataSync()).toEqual(numbers(4096, 1));
    x.dispose();
  });

  it('uses the memory of a disposed tensor again, for one tensor at a time', () => {
    const before = addonInUse();
    const [first, second] = [large(1), large(2)];
    expect(addonInUse() - before).toBe(2 * 4 * 4096);
    first.dispose();
    const third = tf.add(second, second);
    expect(addonInUse() - before).toBe(2 * 4 * 4096);
    expect(second.dataSync()).toEqual(numbers(4096, 2));
    expect(third.dataSync()).toEqual(numbers(4096, 2).map((x) => 2 * x));
    tf.dispose([second, third]);
    expect(addonInUse()).toBe(before);
  });

  it('reads without blocking, also what is disposed before the read is done', async () => {
    const x = tf.add(large(1), large(2));
    const reading = x.data();
    x.dispose();
    const others = [3, 4, 5].map((seed) => tf.add(large(seed), large(seed)));
    expect(await reading).toEqual(numbers(4096, 1).map((value, i) => value + numbers(4096, 2)[i]!));
    tf.dispose(others);
  });

  it('gives back the memory of a tensor that nobody disposed, when it is collected', async () => {
    const collect = (globalThis as { gc?: () => void }).gc;
    if (collect === undefined) return; // runs under --expose-gc; the registry is the engine's own
    const before = addonInUse();
    for (let i = 0; i < 10; i++) tf.engine().backend.write(numbers(4096, i), [4096], 'float32');
    for (let i = 0; i < 5; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(addonInUse()).toBe(before);
  });

  it('never lets a view see memory that is used again', () => {
    const x = large(1);
    const expected = x.dataSync().slice(64, 128);
    const row = tf.slice(x, [1, 0], [1, 64]); // a view on the cpu backend
    const [left, right] = tf.split(x, 2, 0);
    const same = tf.reshape(tf.clone(x), [4096]);
    const whole = x.dataSync();
    x.dispose();
    const others = [5, 6, 7, 8].map((seed) => tf.add(large(seed), large(seed + 10)));
    expect(row.dataSync()).toEqual(expected);
    expect(same.dataSync()).toEqual(whole);
    expect(left!.dataSync()).toEqual(whole.slice(0, 2048));
    expect(right!.dataSync()).toEqual(whole.slice(2048));
    tf.dispose([row, left!, right!, same, ...others]);
  });

  it('keeps memory that a second tensor shares', () => {
    const x = large(1);
    const values = x.dataSync();
    const shared = x.reshape([4096]);
    x.dispose();
    const other = large(2);
    expect(shared.dataSync()).toEqual(values);
    shared.dispose();
    other.dispose();
  });

  it('computes plain operations as the cpu backend does', async () => {
    const compute = () =>
      tf.tidy(() => {
        const a = tf.tensor3d(numbers(2 * 5 * 7, 1), [2, 5, 7]);
        const b = tf.tensor3d(numbers(2 * 7 * 3, 2), [2, 7, 3]);
        const row = tf.tensor1d(numbers(7, 3));
        const results = [
          tf.add(a, a),
          tf.sub(a, 2),
          tf.sub(2, a),
          tf.mul(3, a),
          tf.mul(a, row),
          tf.add(tf.ones([1, 1, 1]), tf.scalar(2)),
          tf.add(tf.tensor1d([1]), tf.ones([1, 1])),
          tf.add(tf.tensor1d([1, 2], 'int32'), tf.tensor1d([3, 4], 'int32')),
          tf.addN([a, a, a]),
          tf.sum(a),
          tf.sum(a, [0, 1, 2], true),
          tf.sum(a, 1),
          tf.sum(tf.scalar(4)),
          tf.transpose(tf.reshape(a, [10, 7])),
          tf.transpose(a, [0, 2, 1]),
          tf.matMul(a, b),
          tf.matMul(a, a, false, true),
          tf.matMul(a, a, true, false),
          tf.matMul(tf.reshape(a, [10, 7]), tf.ones([3, 7]), false, true),
          tf.softmax(a),
          tf.concat([a, a], 1),
        ];
        return results.map((x) => ({ shape: x.shape, dtype: x.dtype, values: Array.from(x.dataSync()) }));
      });
    const native = compute();
    await tf.setBackend('cpu');
    (tf.backend() as unknown as { firstUse: boolean }).firstUse = false; // no advertisement
    const cpu = compute();
    await tf.setBackend('native');
    native.forEach((result, i) => {
      expect([i, result.shape, result.dtype]).toEqual([i, cpu[i]!.shape, cpu[i]!.dtype]);
      result.values.forEach((value, j) => {
        expect(value).toBeCloseTo(cpu[i]!.values[j]!, 5);
      });
    });
  });

  it('converts masks, so that gradients through them can be multiplied', () => {
    const backend = tf.backend() as NativeBackend;
    const mask = tf.tensor1d([true, false, true], 'bool');
    expect(mask.cast('float32').dataSync()).toEqual(Float32Array.of(1, 0, 1));
    expect(backend.ints(mask.cast('int32'))).toEqual(Int32Array.of(1, 0, 1));
    expect(tf.tensor1d([7, -8], 'int32').cast('float32').dataSync()).toEqual(Float32Array.of(7, -8));
    expect(mask.dataSync()).toEqual(Uint8Array.of(1, 0, 1));

    const [a, b, weight] = [
      [1, 5, 3],
      [2, 4, 3],
      [10, 20, 30],
    ].map((values) => tf.tensor1d(values)) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
    const gradients = (f: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor) =>
      tf
        .grads((x, y) => tf.sum(tf.mul(f(x!, y!), weight)))([a, b])
        .map((gradient) => Array.from(gradient.dataSync()));
    // d min / d a is 1 where a <= b, d min / d b where a > b; where() passes the gradient to the branch that was taken
    expect(gradients(tf.minimum)).toEqual([
      [10, 0, 30],
      [0, 20, 0],
    ]);
    expect(gradients((x, y) => tf.where(mask, x, y))).toEqual([
      [10, 0, 30],
      [0, 20, 0],
    ]);
  });

  it('frees the outputs of a kernel that throws', () => {
    const before = (tf.backend() as NativeBackend).numDataIds();
    expect(() => tf.engine().runKernel('Embed', { ids: tf.tensor1d([9], 'int32'), table: tf.ones([3, 2]) })).toThrow(
      'native: Embed: ids[0] is 9 (valid: 0..2)',
    );
    expect((tf.backend() as NativeBackend).numDataIds()).toBe(before + 2); // ids and table
  });
});
