/** The members of a Hugging Face `tokenizer.json` that are read or written here; others pass through untouched. */
export type TokenizerJson = {
  version: string;
  truncation: null;
  padding: null;
  added_tokens: AddedToken[];
  normalizer: unknown;
  pre_tokenizer: unknown;
  post_processor: unknown;
  decoder: unknown;
  model: { type: string; vocab: Record<string, number>; merges: [string, string][] | string[] } & Record<
    string,
    unknown
  >;
};

export type AddedToken = {
  id: number;
  content: string;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
  special: boolean;
};
