import { readAll, weightsInMemory } from '@itool/checkpoint';
import { randomStream } from '@itool/random';
import { storedValues, useBackend } from '@itool/tensor';
import { flatBatch } from './flat-batch.ts';
import { initWeights } from './init-weights.ts';
import { type LlamaConfig, parseLlamaConfig } from './llama-config.ts';
import { initLora, mergeLora } from './lora.ts';
import { loadModel, trainableParams } from './model.ts';
import { countLoraParameters, countParameters, flopsPerToken } from './model-cost.ts';

const CONFIG: LlamaConfig = {
  model_type: 'llama',
  hidden_size: 128,
  intermediate_size: 336,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 4,
  vocab_size: 640,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  max_position_embeddings: 256,
};

/** Small enough for element-wise comparison of whole weight sets. */
const SMALL: LlamaConfig = { ...CONFIG, hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, vocab_size: 20 };

describe('configuration', () => {
  it('reads a Hugging Face config and drops what concerns other software', () => {
    expect(
      parseLlamaConfig({ ...CONFIG, architectures: ['LlamaForCausalLM'], rope_scaling: null, head_dim: 32 }),
    ).toEqual(CONFIG);
  });

  it.each([
    [{ hidden_act: 'gelu' }, 'hidden_act is not supported: "gelu"'],
    [{ model_type: 'mistral' }, 'unknown model_type: "mistral" (llama, qwen2)'],
    [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'rope_scaling is not supported'],
    [{ use_sliding_window: true }, 'use_sliding_window is not supported'],
    [{ quantization_config: { bits: 4 } }, 'quantization_config is not supported'],
    [{ head_dim: 31 }, 'must be an even integer'],
    [{ num_key_value_heads: 3 }, 'multiple of num_key_value_heads: 4/3'],
    [{ num_attention_heads: 3 }, 'hidden_size / num_attention_heads must be an even integer: 128/3'],
    [{ vocab_size: '640' }, 'vocab_size'],
  ])('refuses %j', (change, message) => {
    expect(() => parseLlamaConfig({ ...CONFIG, ...change })).toThrow(message);
  });
});

describe('weights', () => {
  it('counts the miniature model of 0.86 million parameters', () => {
    // embedding 640x128, per layer 4x128x128 + 3x128x336 + 2x128, final norm 128
    expect(countParameters(CONFIG)).toBe(81920 + 4 * (65536 + 129024 + 256) + 128);
    expect(countParameters({ ...CONFIG, tie_word_embeddings: false })).toBe(countParameters(CONFIG) + 81920);
    expect(countLoraParameters(CONFIG, { r: 16, lora_alpha: 32 })).toBe(4 * 16 * (4 * 256 + 3 * 464));
    const forward = flopsPerToken(CONFIG, { context: 10, pass: 'forward' });
    expect(forward).toBe(2 * (4 * (65536 + 129024) + 81920 + 2 * 4 * 128 * 10));
    expect(flopsPerToken(CONFIG, { context: 10, pass: 'full' })).toBe(3 * forward);
  });

  it('starts normal with standard deviation 0.02, residual projections smaller, norms one', () => {
    // 1.5k numbers each: standard error of the deviation 2%.
    const config = { ...SMALL, hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2 };
    const weights = initWeights(config, randomStream(42, 'init'));
    const deviation = (name: string) => {
      const { data } = weights[name]!;
      return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    };
    expect(deviation('model.layers.1.mlp.gate_proj.weight') / 0.02).toBeCloseTo(1, 1);
    expect((deviation('model.layers.1.mlp.down_proj.weight') * 2) / 0.02).toBeCloseTo(1, 1);
    expect([...weights['model.norm.weight']!.data]).toEqual(new Array(32).fill(1));
    expect(initWeights(SMALL, randomStream(42))).toEqual(initWeights(SMALL, randomStream(42)));
  });

  it('refuses weights that do not fit, and ignores the second copy of a tied head', async () => {
    await useBackend('auto');
    const weights = initWeights(SMALL, randomStream(0));
    const { 'model.norm.weight': _norm, ...incomplete } = weights;
    const wrong = { shape: [2], data: new Float32Array(2) };
    expect(() => loadModel({ config: SMALL, weights: incomplete })).toThrow('missing model.norm.weight [16]');
    expect(() => loadModel({ config: SMALL, weights: { ...weights, 'model.norm.weight': wrong } })).toThrow(
      'model.norm.weight has shape [2] ([16])',
    );
    expect(() => loadModel({ config: SMALL, weights: { ...weights, bias: wrong } })).toThrow('unknown tensor bias');
    const model = loadModel({ config: SMALL, weights: { ...weights, 'lm_head.weight': wrong } });
    expect(Object.keys(trainableParams(model))).toEqual(Object.keys(weights));
    model.dispose();
  });

  it('stores frozen weights in fewer bits, embedding and head never in fewer than 16', async () => {
    await useBackend('auto');
    const weights = initWeights({ ...SMALL, hidden_size: 64 }, randomStream(0));
    const config = { ...SMALL, hidden_size: 64 };
    const outputs = (['fp32', 'bf16', 'nf4'] as const).map((storage) => {
      const model = loadModel({ config, weights, storage });
      const values = (name: string) => model.weights[name]!.dataSync();
      const [embedding, gate, norm] = ['model.embed_tokens', 'model.layers.0.mlp.gate_proj', 'model.norm'].map((name) =>
        Float32Array.from(values(`${name}.weight`)),
      );
      model.dispose();
      return { embedding, gate, norm };
    });
    const gate = weights['model.layers.0.mlp.gate_proj.weight']!.data;
    const [fp32, bf16, nf4] = outputs;
    expect(fp32!.gate).toEqual(gate);
    expect(bf16!.gate).toEqual(storedValues(gate, 'bf16'));
    expect(nf4!.gate).toEqual(storedValues(gate, 'nf4'));
    expect(nf4!.embedding).toEqual(bf16!.embedding);
    expect(nf4!.norm).toEqual(fp32!.norm);
  });

  it('starts an adapter that changes nothing, A uniform in +-1/sqrt(in)', () => {
    const weights = initWeights(SMALL, randomStream(0));
    const lora = initLora(SMALL, { r: 4, lora_alpha: 8 }, randomStream(0, 'lora'));
    const a = lora.weights['model.layers.0.mlp.down_proj.lora_A.weight']!;
    const largest = a.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(a.shape).toEqual([4, 24]);
    expect(largest * Math.sqrt(24)).toBeLessThanOrEqual(1 + 1e-6);
    expect(largest * Math.sqrt(24)).toBeGreaterThan(0.95);
    expect(readAll(mergeLora(weightsInMemory(weights), lora))).toEqual(weights);
    expect(() => mergeLora(weightsInMemory({}), lora)).toThrow(
      'adapter does not fit layer model.layers.0.self_attn.q_proj',
    );
    expect(() => initLora(SMALL, { r: 0, lora_alpha: 8 }, randomStream(0))).toThrow('integer r >= 1');
  });

  it('merges in float64 and rounds once', () => {
    // 1 + 2^-25 + 2^-25 = 1 + 2^-24 rounds to 1 (even); fp32 accumulation of 3 x 2^-25 + ... would lose the small terms.
    const weights = { 'l.weight': { shape: [1, 1], data: Float32Array.of(1) } };
    const small = 2 ** -25;
    const adapter = {
      'l.lora_A.weight': { shape: [3, 1], data: Float32Array.of(1, 1, 1) },
      'l.lora_B.weight': { shape: [1, 3], data: Float32Array.of(small, small, small) },
    };
    const merged = mergeLora(weightsInMemory(weights), { r: 3, lora_alpha: 3, weights: adapter });
    expect(merged.read('l.weight')[0]).toBe(1 + 2 ** -23);
  });
});

describe('flatBatch', () => {
  it('lays sequences end to end', () => {
    expect(flatBatch([[7, 8, 9], [], [5]])).toEqual({
      ids: Int32Array.of(7, 8, 9, 5),
      positions: Int32Array.of(0, 1, 2, 0),
      cu_seqlens: [0, 3, 3, 4],
    });
  });
});
