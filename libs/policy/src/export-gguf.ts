import { type GgufTensor, type GgufType, type GgufValue, readPieces, writeGguf } from '@itool/checkpoint';
import { headDim, type LlamaConfig, ropeFactors, weightShapes } from '@itool/nn';
import { ItoolError } from '@itool/record';
import type { TokenizerJson } from '@itool/tokenizer';
import { mergePolicy, type Policy } from './policy.ts';

/** llama.cpp's numbers of file types. */
const FILE_TYPES: Record<GgufType, number> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/** llama.cpp's names of pre-tokenizers, by a part of their split pattern that only they have. */
const PRE_TOKENIZERS: readonly [name: string, pattern: string][] = [
  ['llama-bpe', String.raw`|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|`],
  ['qwen2', String.raw`|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|`],
];

const NAMES: Record<string, string> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

const PIECE = 1 << 20;

/**
 * Writes the model, with its adapter merged if it has one, as a GGUF file for llama.cpp: weights, tokenizer, chat template. Matrices are
 * rounded to `type` (to F16 where Q8_0 does not divide their rows), vectors stay F32. For Llama the rows of q and k are reordered, because ggml rotates neighbouring numbers there.
 *
 * @throws ItoolError `bad_config` for a tokenizer whose pre-tokenizer llama.cpp does not know: it would cut texts otherwise than it learned
 */
export function exportGguf(policy: Policy, path: string, type: GgufType): void {
  const { config, weights } = policy.lora === null ? policy : mergePolicy(policy, policy.lora);
  const tensors = Object.entries(weightShapes(config)).map(([name, shape]): GgufTensor => {
    const columns = shape.at(-1)!;
    const head = rotatedHead(config, name);
    return {
      name: ggufName(name),
      shape,
      type: shape.length === 1 ? 'F32' : type === 'Q8_0' && columns % 32 !== 0 ? 'F16' : type,
      pieces: () =>
        head === null
          ? readPieces(weights, name, Math.max(columns, PIECE - (PIECE % columns)))
          : [neighbouring(weights.read(name), shape.length === 1 ? 1 : columns, head)],
    };
  });
  const factors = ropeFactors(config);
  if (factors !== null)
    tensors.push({ name: 'rope_freqs.weight', shape: [factors.length], type: 'F32', pieces: () => [factors] });
  writeGguf(path, { ...modelMetadata(config, type), ...tokenizerMetadata(policy) }, tensors);
}

function ggufName(name: string): string {
  const [, block, layer, kind] = /^(?:model\.layers\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name)!;
  return `${block === undefined ? '' : `blk.${block}.`}${NAMES[layer!]}.${kind}`;
}

/** Size of the heads in the rows of a weight that ggml rotates in another order; null for all others. */
function rotatedHead(config: LlamaConfig, name: string): number | null {
  return config.model_type === 'llama' && /\.(q|k)_proj\.(weight|bias)$/.test(name) ? headDim(config) : null;
}

/** Rows i and i + half of each head, which are rotated together, put beside each other. */
function neighbouring(values: Float32Array, columns: number, head: number): Float32Array {
  const out = new Float32Array(values.length);
  const half = head / 2;
  for (let row = 0; row < values.length / columns; row++) {
    const [first, within] = [row - (row % head), row % head];
    const to = first + (within < half ? 2 * within : 2 * (within - half) + 1);
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return out;
}

function modelMetadata(config: LlamaConfig, type: GgufType): Record<string, GgufValue> {
  const arch = config.model_type;
  const u32 = (value: number): GgufValue => ({ type: 'u32', value });
  const { rope_scaling } = config;
  return {
    'general.architecture': { type: 'string', value: arch },
    'general.type': { type: 'string', value: 'model' },
    'general.file_type': u32(FILE_TYPES[type]),
    'general.quantization_version': u32(2),
    [`${arch}.block_count`]: u32(config.num_hidden_layers),
    [`${arch}.context_length`]: u32(config.max_position_embeddings),
    [`${arch}.embedding_length`]: u32(config.hidden_size),
    [`${arch}.feed_forward_length`]: u32(config.intermediate_size),
    [`${arch}.attention.head_count`]: u32(config.num_attention_heads),
    [`${arch}.attention.head_count_kv`]: u32(config.num_key_value_heads),
    [`${arch}.attention.key_length`]: u32(headDim(config)),
    [`${arch}.attention.value_length`]: u32(headDim(config)),
    [`${arch}.attention.layer_norm_rms_epsilon`]: { type: 'f32', value: config.rms_norm_eps },
    [`${arch}.rope.dimension_count`]: u32(headDim(config)),
    [`${arch}.rope.freq_base`]: { type: 'f32', value: config.rope_theta },
    ...(rope_scaling?.rope_type === 'linear'
      ? {
          [`${arch}.rope.scaling.type`]: { type: 'string', value: 'linear' },
          [`${arch}.rope.scaling.factor`]: { type: 'f32', value: rope_scaling.factor },
        }
      : {}),
    [`${arch}.vocab_size`]: u32(config.vocab_size),
  };
}

function tokenizerMetadata({ files, config, tokenizer }: Policy): Record<string, GgufValue> {
  const json = JSON.parse(files['tokenizer.json']!) as TokenizerJson;
  const split = JSON.stringify(json.pre_tokenizer);
  const pre = PRE_TOKENIZERS.find(([, pattern]) => split.includes(JSON.stringify(pattern).slice(1, -1)))?.[0];
  if (pre === undefined || json.model.type !== 'BPE')
    throw new ItoolError({
      code: 'bad_config',
      message:
        'policy: llama.cpp does not know the pre-tokenizer of this tokenizer.json (known: those of Llama 3 and Qwen2)',
      hint: 'Export the model folder instead.',
    });
  // Types of tokens: 1 normal, 3 control, 4 user defined, 5 unused.
  const tokens = Array.from({ length: config.vocab_size }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(config.vocab_size).fill(5);
  for (const [token, id] of Object.entries(json.model.vocab)) [tokens[id], types[id]] = [token, 1];
  for (const { id, content, special } of json.added_tokens) [tokens[id], types[id]] = [content, special ? 3 : 4];
  const merges = json.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const template = files['chat_template.jinja'];
  const { bos_id, eos_id } = tokenizer;
  return {
    'tokenizer.ggml.model': { type: 'string', value: 'gpt2' },
    'tokenizer.ggml.pre': { type: 'string', value: pre },
    'tokenizer.ggml.tokens': { type: 'strings', value: tokens },
    'tokenizer.ggml.token_type': { type: 'i32s', value: types },
    'tokenizer.ggml.merges': { type: 'strings', value: merges },
    ...(bos_id === null ? {} : { 'tokenizer.ggml.bos_token_id': { type: 'u32', value: bos_id } }),
    'tokenizer.ggml.eos_token_id': { type: 'u32', value: eos_id },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: bos_id !== null },
    ...(template === undefined ? {} : { 'tokenizer.chat_template': { type: 'string', value: template } }),
  };
}
