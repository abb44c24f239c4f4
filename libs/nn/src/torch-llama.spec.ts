import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoraAdapter, readSafetensors } from '@itool/checkpoint';
import { tf, useBackend, valueAndGrads } from '@itool/tensor';
import { flatBatch } from './flat-batch.ts';
import { forward, logits, targetLogProbs } from './forward.ts';
import type { LlamaConfig } from './llama-config.ts';
import { loadModel, trainableParams } from './model.ts';

// Made by tools/torch-fixtures/make.py.
const FOLDER = join(__dirname, '..', 'testdata', 'torch-llama');
const tensorsOf = (name: string) => readSafetensors(readFileSync(join(FOLDER, `${name}.safetensors`))).tensors;

/** Largest difference as a share of the largest expected number. */
function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return difference / largest;
}

it('gives the logits, the loss and the LoRA gradients of PyTorch for a random Llama to 1e-4', async () => {
  await useBackend('auto');
  const { config, r, lora_alpha, loss, sequences } = JSON.parse(readFileSync(join(FOLDER, 'case.json'), 'utf8')) as {
    config: LlamaConfig;
    r: number;
    lora_alpha: number;
    loss: number;
    sequences: number[][];
  };
  const entries = Object.entries(tensorsOf('weights'));
  const adapted = (name: string) => name.includes('.lora_');
  const weights = Object.fromEntries(entries.filter(([name]) => !adapted(name)));
  const adapter: LoraAdapter = {
    r,
    lora_alpha,
    weights: Object.fromEntries(entries.filter(([name]) => adapted(name))),
  };
  const expected = tensorsOf('expected');
  const model = loadModel({ config, weights, lora: adapter });
  const flat = flatBatch(sequences);
  const all = tf.tidy(() => logits(model, forward(model, flat)).dataSync<'float32'>());
  expect(relativeError(all, expected['logits']!.data)).toBeLessThan(1e-4);

  const rows = sequences.flatMap((ids, b) => ids.slice(1).map((_, t) => flat.cu_seqlens[b]! + t));
  const targets = sequences.flatMap((ids) => ids.slice(1));
  const { value, grads } = valueAndGrads(() => {
    const logProbs = targetLogProbs(model, forward(model, flat), Int32Array.from(rows), Int32Array.from(targets));
    return tf.mul(tf.sum(logProbs), -1 / targets.length) as tf.Scalar;
  }, trainableParams(model));
  expect(Math.abs(value.dataSync()[0]! / loss - 1)).toBeLessThan(1e-4);
  expect(Object.keys(grads)).toHaveLength(2 * 7 * 2);
  for (const [name, gradient] of Object.entries(grads))
    expect([name, relativeError(gradient.dataSync(), expected[`grad.${name}`]!.data) < 1e-4]).toEqual([name, true]);
  tf.dispose([value, grads]);
  model.dispose();
});
