import { flatBatch, forward, initWeights, loadModel, logits, type Model } from '@itool/nn';
import { randomStream } from '@itool/random';
import { tf, useBackend } from '@itool/tensor';
import { type GeneratedSample, type GenerationRequest, sampleStreams } from './generation-request.ts';
import { createGenerator, generate } from './generator.ts';
import { scoreTokens } from './score-tokens.ts';

const VOCAB = 13;
const END = 12;
let model: Model;

beforeAll(async () => {
  await useBackend('auto');
  const config = {
    model_type: 'llama' as const,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: VOCAB,
    rms_norm_eps: 1e-5,
    rope_theta: 100,
    tie_word_embeddings: true,
    max_position_embeddings: 64,
  };
  const stream = randomStream(5, 'weights');
  const weights = initWeights(config, stream);
  for (const [name, { data }] of Object.entries(weights))
    if (!name.endsWith('norm.weight')) for (let i = 0; i < data.length; i++) data[i] = 0.5 * stream.normal();
  model = loadModel({ config, weights });
});

afterAll(() => model.dispose());

// Prompts 2k and 2k+1 share 20 tokens, so at least one whole page.
function prompt(k: number): number[] {
  const stream = randomStream(7, 'prompt', k >> 1);
  const shared = Array.from({ length: 20 }, () => stream.integer(VOCAB - 1));
  return [...shared, ...Array.from({ length: 3 + k }, (_, i) => (i * (k + 3)) % (VOCAB - 1))];
}

const request = (k: number, n = 2, change: Partial<GenerationRequest> = {}): GenerationRequest => ({
  prompt_ids: prompt(k),
  streams: sampleStreams(42, ['request', k], n),
  temperature: 1.3,
  top_p: 0.95,
  top_k: 0,
  max_new_tokens: 21,
  stop_token_ids: [END],
  ...change,
});

/** Bits, not values: 0 and -0 differ here. */
const bits = (samples: GeneratedSample[]) =>
  samples.map((sample) => ({
    ...sample,
    logprobs: [...new BigUint64Array(Float64Array.from(sample.logprobs).buffer)],
  }));

function naiveLogProbs(ids: number[]): number[] {
  const row = tf.tidy(() => logits(model, forward(model, flatBatch([ids]))).dataSync<'float32'>()).slice(-VOCAB);
  const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
  return Array.from(row, (value) => value - total);
}

describe('generate', () => {
  it('decodes greedily what repeated full passes decode', async () => {
    const ids = prompt(1);
    const [[sample]] = (await generate(model, [request(1, 1, { temperature: 0, stop_token_ids: [] })])) as [
      [GeneratedSample],
    ];
    expect(sample.finish_reason).toBe('length');
    expect(sample.token_ids).toHaveLength(21);
    for (const [t, token] of sample.token_ids.entries()) {
      const expected = naiveLogProbs(ids);
      expect(expected[token]!).toBeGreaterThan(Math.max(...expected) - 1e-4);
      expect(sample.logprobs[t]).toBeCloseTo(expected[token]!, 4);
      ids.push(token);
    }
  });

  it('gives each request the same bits alone, in a batch, in another order, and with any cache', async () => {
    const alone: GeneratedSample[][] = [];
    for (let k = 0; k < 8; k++) alone.push(...(await generate(model, [request(k)])));
    const all = [0, 1, 2, 3, 4, 5, 6, 7];
    const expected = alone.map(bits);
    const reasons = new Set(alone.flat().map((sample) => sample.finish_reason));
    expect(reasons).toEqual(new Set(['stop', 'length']));

    const batch = await generate(
      model,
      all.map((k) => request(k)),
    );
    expect(batch.map(bits)).toEqual(expected);
    const order = [3, 6, 0, 7, 5, 1, 4, 2];
    const shuffled = await generate(
      model,
      order.map((k) => request(k)),
    );
    expect(shuffled.map(bits)).toEqual(order.map((k) => expected[k]!));
    for (const options of [{ pages: 8, max_sequences: 3 }, { prefill_tokens: 5 }, { pages: 5, prefill_tokens: 7 }]) {
      const cramped = await generate(
        model,
        all.map((k) => request(k)),
        options,
      );
      expect(cramped.map(bits)).toEqual(expected);
    }
    const generator = createGenerator(model);
    await generator.generate(all.map((k) => request(k)));
    expect((await generator.generate(all.map((k) => request(k)))).map(bits)).toEqual(expected);
    generator.dispose();
  });

  it('computes a prompt once for all its samples and shared prefixes once for all prompts', async () => {
    const generator = createGenerator(model);
    const first = await generator.generate([request(0, 4)]);
    expect(generator.counts.prefill_tokens).toBe(23);
    await generator.generate([request(1, 1)]);
    expect(generator.counts).toMatchObject({ prefill_tokens: 23 + 24 - 16, reused_tokens: 16 });
    await generator.nextTokenLogits([prompt(4), prompt(5)]);
    expect(generator.counts).toMatchObject({ prefill_tokens: 31 + 27 + 28 - 16, reused_tokens: 32 });
    // A prompt that goes on from a sample finds the pages of the sample.
    const continued = [...prompt(0), ...first[0]![0]!.token_ids];
    const before = generator.counts.reused_tokens;
    await generator.nextTokenLogits([continued]);
    expect(generator.counts.reused_tokens - before).toBe(16 * Math.floor((continued.length - 1) / 16));
    generator.dispose();
  });

  it('numbers samples by their streams, however many are asked for', async () => {
    const [four] = await generate(model, [request(2, 4)]);
    const [two] = await generate(model, [request(2, 2)]);
    expect(bits(four!.slice(0, 2))).toEqual(bits(two!));
    expect(new Set(four!.map((sample) => sample.token_ids.join())).size).toBeGreaterThan(1);
  });

  it('stops where the callback says, and ends at the context of the model', async () => {
    const seen: number[] = [];
    const [[sample]] = (await generate(model, [
      request(3, 1, {
        stop_token_ids: [],
        onToken: (token, { token_ids }) => {
          seen.push(token);
          return token_ids.length === 4 ? 'stop' : 'continue';
        },
      }),
    ])) as [[GeneratedSample]];
    expect(sample).toMatchObject({ finish_reason: 'boundary', token_ids: seen });
    expect(seen).toHaveLength(4);
    const [[long]] = (await generate(model, [request(0, 1, { stop_token_ids: [], max_new_tokens: 1000 })])) as [
      [GeneratedSample],
    ];
    expect(long).toMatchObject({ finish_reason: 'length' });
    expect(long.token_ids).toHaveLength(64 - 23);
  });

  it('reports watched logits, and the next token logits of a prompt', async () => {
    const generator = createGenerator(model);
    const [[sample]] = (await generator.generate([request(1, 1, { watch_ids: [4, 2] })])) as [[GeneratedSample]];
    expect(sample.watched_logits).toHaveLength(sample.token_ids.length);
    const [row] = await generator.nextTokenLogits([prompt(1)]);
    expect([...sample.watched_logits[0]!]).toEqual([row![4], row![2]]);
    const total = Math.log(row!.reduce((sum, value) => sum + Math.exp(value), 0));
    expect(row![3]! - total).toBeCloseTo(naiveLogProbs(prompt(1))[3]!, 4);
    generator.dispose();
  });

  it('frees its pages when a callback throws, and keeps no tensors', async () => {
    const before = tf.memory().numTensors;
    const generator = createGenerator(model, { pages: 8, max_sequences: 4 });
    const failing = request(0, 3, {
      onToken: () => {
        throw new Error('boundary failed');
      },
    });
    for (let i = 0; i < 4; i++)
      await expect(generator.generate([failing, request(1)])).rejects.toThrow('boundary failed');
    expect(bits((await generator.generate([request(2)]))[0]!)).toEqual(bits((await generate(model, [request(2)]))[0]!));
    generator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what cannot work', async () => {
    await expect(generate(model, [request(0, 1, { prompt_ids: new Array(64).fill(1) })])).rejects.toThrow(
      'prompt 0 does not fit the model: 64 tokens (1 .. 63)',
    );
    await expect(generate(model, [request(0, 1, { prompt_ids: [] })])).rejects.toThrow('0 tokens');
    await expect(generate(model, [request(0, 1)], { pages: 2 })).rejects.toThrow(
      'cache too small for one sequence: 2 pages',
    );
    await expect(generate(model, [request(0, 1, { temperature: -1 })])).rejects.toThrow('temperature -1');
  });
});

describe('scoreTokens', () => {
  it('agrees with generation, and does not depend on the batch', async () => {
    const samples = await generate(
      model,
      [0, 1, 2, 3].map((k) => request(k, 1)),
    );
    const rows = samples.map(([sample], k) => ({
      ids: [...prompt(k), ...sample!.token_ids],
      target_start: prompt(k).length,
    }));
    const scores = await scoreTokens(model, rows);
    for (const [k, score] of scores.entries()) {
      const { logprobs } = samples[k]![0]!;
      expect(score).toHaveLength(logprobs.length);
      for (const [t, value] of logprobs.entries()) expect(score[t]).toBeCloseTo(value, 4);
    }
    expect(await scoreTokens(model, rows, { max_batch_tokens: 50 })).toEqual(scores);
    expect(await scoreTokens(model, [...rows].reverse())).toEqual([...scores].reverse());
    expect(await scoreTokens(model, [{ ids: [1, 2], target_start: 2 }])).toEqual([new Float32Array(0)]);
    await expect(scoreTokens(model, [{ ids: [1, 2], target_start: 0 }])).rejects.toThrow('target_start');
  });
});
