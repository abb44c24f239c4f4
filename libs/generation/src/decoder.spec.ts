import type { WeightTensor } from '@itool/checkpoint';
import { type LlamaConfig, loadModel, type Model, weightShapes } from '@itool/nn';
import { randomStream } from '@itool/random';
import { type Decoder, type DecoderRows, type DecoderSample, tf, useBackend } from '@itool/tensor';
import { modelDecoder } from './decoder.ts';
import { sampleStreams } from './generation-request.ts';
import { generate } from './generator.ts';
import { plainDecoder } from './plain-decoder.ts';

// Sizes that no tile or vector divides, three query heads per key head, an own head size, biases, and an own output head.
const CONFIG: LlamaConfig = {
  model_type: 'llama',
  hidden_size: 54,
  intermediate_size: 75,
  num_hidden_layers: 2,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 10,
  attention_bias: true,
  mlp_bias: true,
  vocab_size: 321,
  rms_norm_eps: 1e-5,
  rope_theta: 100,
  tie_word_embeddings: false,
  max_position_embeddings: 128,
};
const PAGES = 40;

/** Numbers in [-1, 1) of a linear congruential generator: random streams are slow inside of jest, which intercepts every use of Math. */
function uniformNumbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 2147483648 - 1;
  };
}

/** Biases are not rounded: a decoder keeps them as they are. */
function randomWeights(config: LlamaConfig, round: (x: number) => number): Record<string, WeightTensor> {
  const next = uniformNumbers();
  return Object.fromEntries(
    Object.entries(weightShapes(config)).map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
      const of = (x: number) =>
        name.endsWith('norm.weight') ? 1 + 0.1 * x : name.endsWith('.bias') ? x : round(0.5 * x);
      return [name, { shape, data: data.map(() => of(next())) }];
    }),
  );
}

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** The nearest number with seven explicit bits of fraction. */
function toBfloat16(x: number): number {
  number[0] = x;
  bits[0] = (bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) & 0xffff0000;
  return number[0]!;
}

/** Prompts of the given lengths as one step: sequence b has pages 5b .. 5b+4, in reverse. */
function promptRows(lengths: readonly number[]): DecoderRows {
  const stream = randomStream(3, 'prompts');
  const parts = lengths.map((length, b) => ({ length, b }));
  const rows = parts.flatMap(({ length, b }) => Array.from({ length }, (_, position) => ({ b, position })));
  const page_table = Int32Array.from(parts.flatMap(({ b }) => [4, 3, 2, 1, 0].map((page) => 5 * b + page)));
  let end = -1;
  return {
    ids: Int32Array.from(rows, () => stream.integer(CONFIG.vocab_size)),
    positions: Int32Array.from(rows, ({ position }) => position),
    slots: Int32Array.from(rows, ({ b, position }) => page_table[5 * b + (position >> 4)]! * 16 + (position & 15)),
    sequence: Int32Array.from(rows, ({ b }) => b),
    page_table,
    max_pages: 5,
    output_rows: Int32Array.from(lengths, (length) => {
      end += length;
      return end;
    }),
  };
}

/** Only the last `count` rows of each sequence. */
function tail(rows: DecoderRows, count: number): DecoderRows {
  const kept = [...rows.sequence.keys()].filter((i) => {
    const last = rows.output_rows[rows.sequence[i]!]!;
    return i > last - count;
  });
  const pick = (values: Int32Array) => Int32Array.from(kept, (i) => values[i]!);
  return {
    ...rows,
    ids: pick(rows.ids),
    positions: pick(rows.positions),
    slots: pick(rows.slots),
    sequence: pick(rows.sequence),
    output_rows: Int32Array.from(rows.output_rows, (row) => kept.indexOf(row)),
  };
}

const SAMPLES: DecoderSample[] = [0.1, 0.35, 0.6, 0.85].flatMap((uniform, output) => [
  { output, uniform, temperature: 1, top_p: 1, top_k: 0, repetition_penalty: 1, seen: [] },
  { output, uniform, temperature: 0, top_p: 1, top_k: 0, repetition_penalty: 1, seen: [] },
  { output, uniform, temperature: 0.7, top_p: 0.8, top_k: 0, repetition_penalty: 1, seen: [] },
  { output, uniform, temperature: 1.4, top_p: 1, top_k: 5, repetition_penalty: 1, seen: [] },
  { output, uniform, temperature: 1.2, top_p: 0.9, top_k: 40, repetition_penalty: 1.5, seen: [1, 7, 7, 200, 320] },
]);

function runBoth(decoder: Decoder, rows: DecoderRows) {
  const wanted = Int32Array.from(rows.output_rows, (_, i) => i);
  const result = decoder.step(rows, SAMPLES, wanted);
  return { ...result, bits: new Uint32Array(result.logits.buffer) };
}

describe('decoder of the native backend', () => {
  let native = false;
  let models: { plain: Model; rounded: Model };
  beforeAll(async () => {
    native = (await useBackend('auto')).name === 'native';
    models = {
      plain: loadModel({ config: CONFIG, weights: randomWeights(CONFIG, (x) => x) }),
      rounded: loadModel({ config: CONFIG, weights: randomWeights(CONFIG, toBfloat16) }),
    };
  });
  afterAll(() => {
    models.plain.dispose();
    models.rounded.dispose();
  });

  it.each(['fp32', 'bf16'] as const)('computes the bits of the model and draws the same tokens: %s', (dtype) => {
    if (!native) return console.log('skipped: the native backend is not built');
    // Widening is exact, so bf16 weights that were rounded before give the bits of fp32 ones.
    const model = dtype === 'bf16' ? models.rounded : models.plain;
    const before = tf.memory().numTensors;
    const decoder = modelDecoder(model, PAGES, dtype);
    const plain = plainDecoder(model, PAGES);
    const rows = promptRows([1, 17, 70, 40]);
    const [whole, expected] = [runBoth(decoder, rows), runBoth(plain, rows)];
    expect(whole.bits).toEqual(expected.bits);
    expect(whole.tokens).toEqual(expected.tokens);
    for (const [i, logprob] of whole.logprobs.entries()) expect(logprob).toBeCloseTo(expected.logprobs[i]!, 5);
    // Again from the cache: the last row alone as in decoding, then chunks of other lengths.
    for (const count of [1, 2, 9, 33]) {
      expect(runBoth(decoder, tail(rows, count)).bits).toEqual(expected.bits);
      expect(runBoth(plain, tail(rows, count)).bits).toEqual(expected.bits);
    }
    decoder.dispose();
    plain.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('rounds weights to the nearest bfloat16, ties to even', () => {
    if (!native) return console.log('skipped: the native backend is not built');
    const rows = promptRows([1, 17, 70, 40]);
    const exact = (model: Model) => {
      const decoder = modelDecoder(model, PAGES, 'bf16');
      const { bits } = runBoth(decoder, rows);
      decoder.dispose();
      return bits;
    };
    // The embedding is not rounded by the decoder, so it must not differ between the models.
    const weights = randomWeights(CONFIG, (x) => x);
    const rounded = {
      ...randomWeights(CONFIG, toBfloat16),
      'model.embed_tokens.weight': weights['model.embed_tokens.weight']!,
    };
    const other = loadModel({ config: CONFIG, weights: rounded });
    expect(exact(models.plain)).toEqual(exact(other));
    other.dispose();
  });

  it('says what is wrong with a step, and goes on', () => {
    if (!native) return console.log('skipped: the native backend is not built');
    const decoder = modelDecoder(models.plain, PAGES, 'fp32');
    const rows = promptRows([1, 17, 70, 40]);
    const none = Int32Array.of();
    expect(() => decoder.step({ ...rows, ids: rows.ids.map(() => 321) }, [], none)).toThrow(
      'native: DecodeStep: ids[0] is 321 (valid: 0..320)',
    );
    expect(() => decoder.step({ ...rows, page_table: rows.page_table.map(() => PAGES) }, [], none)).toThrow(
      'page_table',
    );
    expect(() => decoder.step({ ...rows, slots: Int32Array.of(1) }, [], none)).toThrow('slots has 1 elements, not 128');
    expect(decoder.step(rows, [], Int32Array.of(3)).logits).toHaveLength(321);
    decoder.dispose();
    expect(() => decoder.step(rows, [], none)).toThrow('no live block');
  });
});

describe('whole generations', () => {
  it('have the same bits in batches of 1, 7, 8, 64 and 512, on 1 and 2 threads, with shared prefixes or without', async () => {
    const { name } = await useBackend('auto');
    const config = { ...CONFIG, hidden_size: 18, intermediate_size: 30, num_hidden_layers: 1, vocab_size: 40 };
    const weights = randomWeights(config, (x) => x);
    const model = loadModel({ config, weights });
    const request = (k: number) => {
      const prompt = randomStream(5, 'prompt', k);
      // Every other prompt begins with the same 32 tokens: two pages.
      const shared = Array.from({ length: 32 }, (_, i) => (k % 2 === 0 ? (i * 7) % 40 : prompt.integer(40)));
      return {
        prompt_ids: [...shared, ...Array.from({ length: 1 + (k % 5) }, () => prompt.integer(40))],
        streams: sampleStreams(1, ['sample', k], 1),
        temperature: 1,
        top_p: k % 3 === 0 ? 0.9 : 1,
        top_k: 0,
        max_new_tokens: 5,
        stop_token_ids: [],
      };
    };
    const run = async (count: number, options: Parameters<typeof generate>[2] = {}) => {
      const requests = Array.from({ length: count }, (_, k) => request(k));
      const samples = await generate(model, requests, { max_sequences: count, pages: count * 4 + 8, ...options });
      return samples.map(([sample]) => [
        sample!.token_ids.join(),
        new BigUint64Array(Float64Array.from(sample!.logprobs).buffer).join(),
      ]);
    };
    const setThreads = (tf.backend() as unknown as { addon?: { setThreads(n: number): number } }).addon;
    const expected: string[][] = [];
    for (let k = 0; k < 8; k++) {
      const [alone] = await generate(model, [request(k)], { pages: 8 });
      expected.push([
        alone![0]!.token_ids.join(),
        new BigUint64Array(Float64Array.from(alone![0]!.logprobs).buffer).join(),
      ]);
    }
    for (const threads of name === 'native' ? [1, 2] : [1]) {
      setThreads?.setThreads(threads);
      for (const count of name === 'native' ? [1, 7, 8, 64, 512] : [1, 7, 8])
        expect((await run(count)).slice(0, 8)).toEqual(expected.slice(0, count));
      expect((await run(8, { prefill_tokens: 3 })).slice(0, 8)).toEqual(expected);
    }
    setThreads?.setThreads(0);
    model.dispose();
  });
});
