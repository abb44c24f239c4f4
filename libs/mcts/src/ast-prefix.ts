import { type ParsedCalls, partialAgreement } from '@itool/tool-call';

/**
 * Credit of a response that goes on: the share of its completed items that agree with the ground truth, minus one half (specs: itool, 7.1,
 * option `astPrefix`).
 *
 * @returns -0.5 to 0.5; 0 without a completed item
 */
export function astPrefix(response: string, expected: ParsedCalls): number {
  const { items, agreeing } = partialAgreement(response, expected);
  return items === 0 ? 0 : agreeing / items - 0.5;
}
