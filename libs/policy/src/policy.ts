import { type ChatTemplate, createChatTemplate } from '@itool/chat-template';
import type { WeightTensor } from '@itool/checkpoint';
import type { LlamaConfig, LoraAdapter } from '@itool/nn';
import { loadTokenizer, type Tokenizer, type TokenizerJson } from '@itool/tokenizer';

/** The text side of a model: how dialogues become token ids. The two sources are kept to be written on unchanged. */
export type PolicyFormat = {
  tokenizer_json: TokenizerJson;
  chat_template: string;
  tokenizer: Tokenizer;
  template: ChatTemplate;
};

/** A model as it travels between stages: a complete model folder, and an adapter while one is being trained. */
export type Policy = PolicyFormat & {
  config: LlamaConfig;
  /** By Hugging Face names, full precision. */
  weights: Record<string, WeightTensor>;
  lora: LoraAdapter | null;
};

export function policyFormat(tokenizer_json: TokenizerJson, chat_template: string): PolicyFormat {
  const tokenizer = loadTokenizer(tokenizer_json);
  return { tokenizer_json, chat_template, tokenizer, template: createChatTemplate(chat_template, tokenizer) };
}
