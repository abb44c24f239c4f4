import { initLora, initWeights, loadModel, trainableParams } from '@itool/nn';
import { createAdamWState, disposeAdamWState } from '@itool/optim';
import { randomStream } from '@itool/random';
import { tf, useBackend } from '@itool/tensor';
import { type SupervisedRow, supervisedTask } from './supervised-task.ts';
import { updateStep } from './update-step.ts';

const STEPS = 1000;

/** What the native backend says of its memory; undefined on the others. */
function bytesInUse(): number | undefined {
  const backend = tf.backend() as { addon?: { memory(reset: boolean): { in_use: number } } };
  return backend.addon?.memory(false).in_use;
}

describe('training', () => {
  it(`leaves no tensor and no native memory behind in ${STEPS} steps, those that fail included`, async () => {
    await useBackend('auto');
    const config = {
      model_type: 'llama' as const,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 1,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      vocab_size: 32,
      rms_norm_eps: 1e-6,
      rope_theta: 10000,
      tie_word_embeddings: true,
      max_position_embeddings: 64,
    };
    const stream = randomStream(1, 'leak');
    const model = loadModel({
      config: config as never,
      weights: initWeights(config as never, stream),
      lora: initLora(config as never, { r: 2, lora_alpha: 4 } as never, stream),
    });
    const params = trainableParams(model);
    const task = supervisedTask(model, { reduction: 'token_mean' });
    const row: SupervisedRow = { row_id: 'a', ids: [1, 5, 9, 2, 7, 3], loss_mask: [0, 0, 1, 1, 1, 1] };
    const state = createAdamWState();
    const step = (update: number, learning_rate = 1e-3) =>
      updateStep(task, params, state, [row, { ...row, row_id: 'b' }], {
        update,
        micro_batch_tokens: 5,
        optimizer: { learning_rate, beta1: 0.9, beta2: 0.999, eps: 1e-8, weight_decay: 0, max_grad_norm: 1 },
      });
    const failing = () => {
      const broken = { ...row, ids: [1, 99, 3], loss_mask: [0, 1, 1] };
      expect(() =>
        updateStep(task, params, state, [broken], { update: 0, micro_batch_tokens: 5, optimizer: {} as never }),
      ).toThrow();
    };
    const first = step(1).loss;
    failing();
    const before = { tensors: tf.memory().numTensors, bytes: bytesInUse() };
    let last = first;
    for (let update = 2; update <= STEPS; update++) {
      last = step(update).loss;
      if (update % 100 === 0) failing();
    }
    expect(last).toBeLessThan(first);
    expect({ tensors: tf.memory().numTensors, bytes: bytesInUse() }).toEqual(before);
    disposeAdamWState(state);
    model.dispose();
  });
});
