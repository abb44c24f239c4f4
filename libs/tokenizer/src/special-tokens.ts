/** Special tokens of our own tokenizer, in id order. `<|end|>` ends every turn; the role tokens open one. */
export const SPECIAL_TOKENS = [
  '<|pad|>',
  '<|bos|>',
  '<|end|>',
  '<|system|>',
  '<|user|>',
  '<|assistant|>',
  '<|tool|>',
] as const;
