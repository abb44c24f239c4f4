import { ItoolError } from '@itool/record';

/** The tokens that begin a dialogue and end a turn; `bos_token` null: dialogues begin without one (Qwen). */
export type TokenNames = { bos_token: string | null; eos_token: string };

/** Those of our own tokenizer. */
export const OWN_TOKENS: TokenNames = { bos_token: '<|bos|>', eos_token: '<|end|>' };

/**
 * Token names of a `tokenizer_config.json`: texts, or objects with their text in `content`. `add_bos_token: false` means none, whatever is
 * named.
 *
 * @throws ItoolError `bad_config` when there is no eos_token
 */
export function tokenNames(tokenizer_config: unknown): TokenNames {
  const config = tokenizer_config as Record<string, unknown> | null;
  const text = (key: string): string | null => {
    const token = config?.[key] as string | { content?: string } | null | undefined;
    return typeof token === 'string' ? token : (token?.content ?? null);
  };
  const eos_token = text('eos_token');
  if (eos_token === null)
    throw new ItoolError({
      code: 'bad_config',
      message: 'tokenizer: tokenizer_config.json names no eos_token',
      hint: 'Add the token that ends a turn, for example "eos_token": "<|eot_id|>".',
    });
  return { bos_token: config?.['add_bos_token'] === false ? null : text('bos_token'), eos_token };
}
