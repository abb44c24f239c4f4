import { type LoraAdapter, readAll, type WeightTensor, weightsInMemory } from '@itool/checkpoint';
import { randomStream } from '@itool/random';
import { createKvCache, tf, useBackend, valueAndGrads } from '@itool/tensor';
import { flatBatch } from './flat-batch.ts';
import { forward, forwardCached, logits, targetLogProbs } from './forward.ts';
import { initWeights } from './init-weights.ts';
import { headDim, type LlamaConfig } from './llama-config.ts';
import { initLora, mergeLora } from './lora.ts';
import { headWeight, loadModel, readTensors, trainableParams } from './model.ts';

// Float64 decoder written token by token from the formulas, sharing no code with the model.
type Vector = number[];

function referenceLogits(
  config: LlamaConfig,
  weights: Record<string, WeightTensor>,
  ids: number[],
  lora?: LoraAdapter,
): Vector[] {
  const multiply = ({ shape, data }: WeightTensor, x: Vector): Vector =>
    Array.from({ length: shape[0]! }, (_, o) => x.reduce((sum, value, i) => sum + data[o * x.length + i]! * value, 0));
  const linear = (name: string, x: Vector): Vector => {
    const y = multiply(weights[`${name}.weight`]!, x);
    if (lora === undefined) return y;
    const inner = multiply(lora.weights[`${name}.lora_A.weight`]!, x);
    const delta = multiply(lora.weights[`${name}.lora_B.weight`]!, inner);
    return y.map((value, o) => value + (lora.lora_alpha / lora.r) * delta[o]!);
  };
  const norm = (name: string, x: Vector): Vector => {
    const root = Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length + config.rms_norm_eps);
    return x.map((value, i) => (value / root) * weights[name]!.data[i]!);
  };
  const size = headDim(config);
  const half = size / 2;
  const rotate = (x: Vector, position: number): Vector =>
    x.map((value, i) => {
      const j = i % size;
      const angle = position * config.rope_theta ** (-(2 * (j % half)) / size);
      const partner = j < half ? -x[i + half]! : x[i - half]!;
      return value * Math.cos(angle) + partner * Math.sin(angle);
    });
  const embedding = weights['model.embed_tokens.weight']!;
  let rows = ids.map((id) => [...embedding.data.slice(id * config.hidden_size, (id + 1) * config.hidden_size)]);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const at = `model.layers.${layer}`;
    const inputs = rows.map((x) => norm(`${at}.input_layernorm.weight`, x));
    const keys = inputs.map((x, t) => rotate(linear(`${at}.self_attn.k_proj`, x), t));
    const values = inputs.map((x) => linear(`${at}.self_attn.v_proj`, x));
    rows = rows.map((x, t) => {
      const query = rotate(linear(`${at}.self_attn.q_proj`, inputs[t]!), t);
      const mixed: Vector = [];
      for (let h = 0; h < config.num_attention_heads; h++) {
        const group = Math.floor((h * config.num_key_value_heads) / config.num_attention_heads);
        const scores = Array.from({ length: t + 1 }, (_, s) => {
          let dot = 0;
          for (let d = 0; d < size; d++) dot += query[h * size + d]! * keys[s]![group * size + d]!;
          return Math.exp(dot / Math.sqrt(size));
        });
        const total = scores.reduce((sum, score) => sum + score, 0);
        for (let d = 0; d < size; d++)
          mixed.push(scores.reduce((sum, score, s) => sum + (score / total) * values[s]![group * size + d]!, 0));
      }
      const attended = linear(`${at}.self_attn.o_proj`, mixed).map((value, i) => value + x[i]!);
      const inner = norm(`${at}.post_attention_layernorm.weight`, attended);
      const up = linear(`${at}.mlp.up_proj`, inner);
      const gated = linear(`${at}.mlp.gate_proj`, inner).map((g, i) => (g / (1 + Math.exp(-g))) * up[i]!);
      return linear(`${at}.mlp.down_proj`, gated).map((value, i) => value + attended[i]!);
    });
  }
  const head = config.tie_word_embeddings ? embedding : weights['lm_head.weight']!;
  return rows.map((x) => multiply(head, norm('model.norm.weight', x)));
}

function logSoftmax(logits: Vector): Vector {
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0));
  return logits.map((value) => value - total);
}

const CONFIG: LlamaConfig = {
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 11,
  rms_norm_eps: 1e-5,
  rope_theta: 100,
  tie_word_embeddings: true,
  max_position_embeddings: 32,
};
const SEQUENCES = [[3, 1, 4, 1, 5, 9, 2], [6], [5, 3, 5, 8, 10]];

// Larger than real initial weights, so that attention and gates are far from their linear range.
function testWeights(config: LlamaConfig): Record<string, WeightTensor> {
  const stream = randomStream(1, 'weights');
  const weights = initWeights(config, randomStream(0, 'shapes'));
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => (name.endsWith('norm.weight') ? 1 : 0) + 0.4 * stream.normal()) },
    ]),
  );
}

function testLora(config: LlamaConfig): LoraAdapter {
  const stream = randomStream(2, 'lora');
  const lora = initLora(config, { r: 2, lora_alpha: 4 }, stream);
  const weights = Object.fromEntries(
    Object.entries(lora.weights).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => 0.3 * stream.normal()) },
    ]),
  );
  return { ...lora, weights };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  expect(worst).toBeLessThan(tolerance);
}

describe('decoder against a float64 reference', () => {
  beforeAll(async () => {
    await useBackend('auto');
  });

  it.each([
    ['tied head', true, false],
    ['own head', false, false],
    ['LoRA', true, true],
  ])('computes the same logits: %s', (_name, tie_word_embeddings, adapted) => {
    const config = { ...CONFIG, tie_word_embeddings };
    const weights = testWeights(config);
    const lora = adapted ? testLora(config) : undefined;
    const before = tf.memory().numTensors;
    const model = loadModel({ config, weights, lora });
    const expected = SEQUENCES.flatMap((ids) => referenceLogits(config, weights, ids, lora)).flat();
    const actual = tf.tidy(() => logits(model, forward(model, flatBatch(SEQUENCES))).dataSync());
    expectClose(actual, expected, 1e-4);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('computes the same through a cache, whole prompt or token by token, on shuffled pages', () => {
    const weights = testWeights(CONFIG);
    const model = loadModel({ config: CONFIG, weights });
    const ids = Int32Array.from({ length: 19 }, (_, t) => (t * 7) % 11);
    const expected = referenceLogits(CONFIG, weights, [...ids]);
    const cache = createKvCache({ layers: 2, kv_heads: 2, head_dim: 4, pages: 5, page_size: 16 });
    const pageTable = Int32Array.of(4, 1);
    const step = (from: number, to: number) => {
      const positions = Int32Array.from({ length: to - from }, (_, i) => from + i);
      return tf.tidy(() => {
        const hidden = forwardCached(model, { ids: ids.slice(from, to), positions }, cache, {
          slots: positions.map((position) => pageTable[position >> 4]! * 16 + (position & 15)),
          page_table: pageTable,
          max_pages: 2,
          sequence: new Int32Array(to - from),
        });
        return logits(model, hidden).dataSync();
      });
    };
    expectClose(step(0, 17), expected.slice(0, 17).flat(), 1e-4);
    expectClose(step(17, 18), expected[17]!, 1e-4);
    expectClose(step(18, 19), expected[18]!, 1e-4);
    cache.dispose();
    model.dispose();
  });

  it('scores chosen rows only, with the right gradients', () => {
    const weights = testWeights(CONFIG);
    const batch = flatBatch(SEQUENCES);
    const rows = Int32Array.of(0, 5, 8, 11);
    const targets = Int32Array.of(1, 2, 3, 10);
    const tokens = [
      [0, 0, 1],
      [0, 5, 2],
      [2, 0, 3],
      [2, 3, 10],
    ] as const;
    const loss = (changed: Record<string, WeightTensor>, lora?: LoraAdapter) =>
      tokens.reduce(
        (sum, [b, t, target]) => sum + logSoftmax(referenceLogits(CONFIG, changed, SEQUENCES[b]!, lora)[t]!)[target]!,
        0,
      );
    const lora = testLora(CONFIG);
    for (const adapter of [undefined, lora]) {
      const model = loadModel({ config: CONFIG, weights, lora: adapter });
      const params = trainableParams(model);
      const { value, grads } = valueAndGrads(
        () => tf.sum(targetLogProbs(model, forward(model, batch), rows, targets)) as tf.Scalar,
        params,
      );
      expectClose(value.dataSync(), [loss(weights, adapter)], 1e-4);
      expect(Object.keys(grads).sort()).toEqual(Object.keys(params).sort());
      const source = adapter === undefined ? weights : lora.weights;
      for (const [name, gradient] of Object.entries(grads)) {
        const { shape, data } = source[name]!;
        const at = Math.min(data.length - 1, 17);
        const shifted = (by: number) => {
          // fp32 storage would round the shifted weight, so the reference reads it from float64.
          const moved = Float64Array.from(data) as unknown as Float32Array;
          moved[at]! += by;
          const changed = { [name]: { shape, data: moved } };
          return adapter === undefined
            ? loss({ ...weights, ...changed })
            : loss(weights, { ...lora, weights: { ...lora.weights, ...changed } });
        };
        const numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
        expect(Math.abs(gradient.dataSync()[at]! - numeric)).toBeLessThan(1e-3 * (1 + Math.abs(numeric)));
      }
      tf.dispose([value, grads]);
      model.dispose();
    }
  });

  it('merges an adapter into weights that compute the same', async () => {
    const weights = testWeights(CONFIG);
    const lora = testLora(CONFIG);
    const merged = readAll(mergeLora(weightsInMemory(weights), lora));
    const ids = SEQUENCES[0]!;
    expectClose(referenceLogits(CONFIG, merged, ids).flat(), referenceLogits(CONFIG, weights, ids, lora).flat(), 1e-5);
    const model = loadModel({ config: CONFIG, weights: merged });
    expect((await readTensors(model.weights))['model.layers.1.mlp.up_proj.weight']).toEqual(
      merged['model.layers.1.mlp.up_proj.weight'],
    );
    expect(headWeight(model).shape).toEqual([11, 16]);
    model.dispose();
  });
});
