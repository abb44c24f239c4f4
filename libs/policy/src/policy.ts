import { type ChatTemplate, createChatTemplate } from '@itool/chat-template';
import { type LoraAdapter, type WeightSource, type WeightTensor, weightsInMemory } from '@itool/checkpoint';
import { type LlamaConfig, mergeLora } from '@itool/nn';
import { ItoolError, type JsonObject } from '@itool/record';
import { loadTokenizer, type Tokenizer, type TokenizerJson, tokenNames } from '@itool/tokenizer';

/** Text files of a model folder besides config.json; they are passed on from stage to stage as they are. The first two must be there. */
export const FORMAT_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
  'generation_config.json',
] as const;

export type FormatFiles = Partial<Record<(typeof FORMAT_FILES)[number], string>>;

/** The text side of a model: how dialogues become token ids. */
export type PolicyFormat = {
  files: FormatFiles;
  tokenizer: Tokenizer;
  template: ChatTemplate;
  /** Tokens at which generation stops: the end of a turn, and what generation_config.json adds. */
  stop_token_ids: number[];
};

/** A model as it travels between stages: a complete model folder, and an adapter while one is being trained. */
export type Policy = PolicyFormat & {
  config: LlamaConfig;
  /** config.json as it was found: `config` and what other software reads in it. */
  config_json: JsonObject;
  /** By Hugging Face names. */
  weights: WeightSource;
  /** The files that `weights` reads, by name; null when no files hold these weights. */
  weight_files: Readonly<Record<string, string>> | null;
  lora: LoraAdapter | null;
};

/** @throws ItoolError `missing_file`, `bad_config`, `bad_data` that name the file */
export function policyFormat(files: FormatFiles): PolicyFormat {
  const tokenizer_config = JSON.parse(need(files, 'tokenizer_config.json')) as Record<string, unknown>;
  const names = tokenNames(tokenizer_config);
  const tokenizer = loadTokenizer(JSON.parse(need(files, 'tokenizer.json')) as TokenizerJson, names);
  const template = createChatTemplate(files['chat_template.jinja'] ?? embeddedTemplate(tokenizer_config), tokenizer);
  const generation = JSON.parse(files['generation_config.json'] ?? '{}') as { eos_token_id?: number | number[] };
  const stop_token_ids = [...new Set([tokenizer.eos_id, ...[generation.eos_token_id ?? []].flat()])];
  return { files, tokenizer, template, stop_token_ids };
}

/** A policy made of weights on the host: one that has just been trained from scratch. */
export function policyFromWeights(
  format: PolicyFormat,
  config: LlamaConfig,
  weights: Readonly<Record<string, WeightTensor>>,
): Policy {
  const architecture = { llama: 'LlamaForCausalLM', qwen2: 'Qwen2ForCausalLM' }[config.model_type];
  return {
    ...format,
    config,
    config_json: { ...config, architectures: [architecture], hidden_act: 'silu', torch_dtype: 'float32' } as JsonObject,
    weights: weightsInMemory(weights),
    weight_files: null,
    lora: null,
  };
}

/** The policy with an adapter merged into its weights, in full precision. */
export function mergePolicy(policy: Policy, adapter: LoraAdapter): Policy {
  const config_json: JsonObject = { ...policy.config_json, torch_dtype: 'float32' };
  // The key of transformers 5, which wins over torch_dtype there.
  if (config_json['dtype'] !== undefined) config_json['dtype'] = 'float32';
  return { ...policy, config_json, weights: mergeLora(policy.weights, adapter), weight_files: null, lora: null };
}

function need(files: FormatFiles, name: keyof FormatFiles): string {
  const text = files[name];
  if (text !== undefined) return text;
  throw new ItoolError({
    code: 'missing_file',
    message: `policy: model folder has no ${name}`,
    hint: 'A model folder holds config.json, tokenizer.json, tokenizer_config.json, a chat template and safetensors weights.',
  });
}

/** Older folders keep the template in tokenizer_config.json: one text, or several by name. */
function embeddedTemplate(tokenizer_config: Record<string, unknown>): string {
  const value = tokenizer_config['chat_template'];
  if (typeof value === 'string') return value;
  const named = (Array.isArray(value) ? value : []) as { name: string; template: string }[];
  const chosen = named.find(({ name }) => name === 'tool_use') ?? named.find(({ name }) => name === 'default');
  if (chosen !== undefined) return chosen.template;
  throw new ItoolError({
    code: 'missing_file',
    message:
      'policy: model has no chat template: neither chat_template.jinja nor chat_template in tokenizer_config.json',
    hint: 'Use an instruct model, or put the template that it shall be trained with into chat_template.jinja.',
  });
}
