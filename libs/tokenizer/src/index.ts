export { loadTokenizer, type Tokenizer } from './load-tokenizer.ts';
export { SPECIAL_TOKENS } from './special-tokens.ts';
export { OWN_TOKENS, type TokenNames, tokenNames } from './token-names.ts';
export type { AddedToken, TokenizerJson } from './tokenizer-json.ts';
export { trainBpe } from './train-bpe.ts';
