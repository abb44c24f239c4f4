import { randomStream } from '@itool/random';
import { storedValues, tf, useBackend, valueAndGrads, type WeightStorage } from '@itool/tensor';
import { flatBatch } from './flat-batch.ts';
import { forward, targetLogProbs } from './forward.ts';
import { initWeights } from './init-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import { initLora } from './lora.ts';
import { loadModel, trainableParams } from './model.ts';

const CONFIG: LlamaConfig = {
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: false,
  max_position_embeddings: 64,
};
const BATCH = flatBatch([
  [3, 1, 4, 1, 5, 9, 2],
  [6, 5, 3],
]);
const TARGETS = Int32Array.from(BATCH.ids, (id) => (id * 7 + 1) % CONFIG.vocab_size);

function gradients(options: {
  lora: boolean;
  gradient_checkpointing: boolean;
  storage?: WeightStorage;
  rounded?: WeightStorage;
}) {
  const stream = randomStream(1, 'checkpointing');
  const weights = initWeights(CONFIG, stream);
  for (const [name, { shape, data }] of Object.entries(weights)) {
    if (options.rounded === undefined || shape.length < 2) continue;
    const outer = name === 'model.embed_tokens.weight' || name === 'lm_head.weight';
    data.set(storedValues(data, outer ? 'bf16' : options.rounded));
  }
  const lora = initLora(CONFIG, { r: 2, lora_alpha: 4 }, stream);
  for (const { data } of Object.values(lora.weights))
    for (let i = 0; i < data.length; i++) data[i]! += 0.1 * stream.normal();
  const model = loadModel({
    config: CONFIG,
    weights,
    ...(options.lora ? { lora } : {}),
    ...(options.storage === undefined ? {} : { storage: options.storage }),
  });
  const rows = Int32Array.from(TARGETS, (_, i) => i);
  const { value, grads } = valueAndGrads(
    () => tf.sum<tf.Scalar>(targetLogProbs(model, forward(model, BATCH, options), rows, TARGETS)),
    trainableParams(model),
  );
  const result = Object.fromEntries(Object.entries({ value, ...grads }).map(([name, x]) => [name, [...x.dataSync()]]));
  tf.dispose([value, ...Object.values(grads)]);
  model.dispose();
  return result;
}

describe('training a decoder', () => {
  beforeAll(async () => {
    await useBackend('auto');
  });

  it.each([true, false])('gives the same bits with gradient checkpointing: adapter %s', (lora) => {
    const before = tf.memory().numTensors;
    const expected = gradients({ lora, gradient_checkpointing: false });
    const found = gradients({ lora, gradient_checkpointing: true });
    expect(Object.keys(found).length).toBe(
      lora ? 1 + 2 * 7 * CONFIG.num_hidden_layers : 1 + 9 * CONFIG.num_hidden_layers + 3,
    );
    expect(found).toEqual(expected);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each(['bf16', 'nf4'] as const)('computes with the weights as %s stores them', (storage) => {
    const found = gradients({ lora: true, gradient_checkpointing: true, storage });
    const expected = gradients({ lora: true, gradient_checkpointing: false, rounded: storage });
    for (const [name, values] of Object.entries(expected)) {
      const largest = Math.max(1e-3, ...values.map(Math.abs));
      const error = Math.max(...values.map((x, i) => Math.abs(found[name]![i]! - x))) / largest;
      // 2e-2 where the processor multiplies bf16, which rounds activations to 8 bits too.
      expect([name, error < 2e-2]).toEqual([name, true]);
    }
  });

  it('refuses to train stored weights', () => {
    expect(() => gradients({ lora: false, gradient_checkpointing: false, storage: 'nf4' })).toThrow(
      'nn: weights stored as nf4 cannot be trained',
    );
  });
});
