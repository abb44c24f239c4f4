import { ItoolError } from '@itool/record';
import type * as tf from '@tensorflow/tfjs';

/** The composites check ids themselves: tfjs gathers from whatever memory a wrong index points to on wasm. Reads the ids back. */
export function checkIndices(name: string, indices: tf.Tensor, size: number): void {
  const values = indices.dataSync();
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    if (value < 0 || value >= size) {
      throw new ItoolError({
        code: 'bad_data',
        message: `tensor: ${name}[${n}] is out of range: ${value} (0..${size - 1})`,
        hint: 'check that the tokenizer and the model have the same vocabulary',
      });
    }
  }
}
