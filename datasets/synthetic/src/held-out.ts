import { createHash } from 'node:crypto';

/** md5 of `text` modulo `modulus`: the fixed rule that sets tools, names and requests apart, whatever the seed. */
export function md5Modulo(text: string, modulus: number): number {
  return Number(BigInt(`0x${createHash('md5').update(text).digest('hex')}`) % BigInt(modulus));
}

/** Tools that no training row may show, neither as target nor as distractor: about a fifth of the catalogue. */
export function isUnseenTool(name: string): boolean {
  return md5Modulo(name, 5) === 0;
}

/** Invented names and titles that no training row may contain: about a fifth of them. */
export function isHeldOutValue(value: string): boolean {
  return md5Modulo(`value:${value}`, 5) === 0;
}

/**
 * Request texts that belong to evaluation. Training never uses such a text and evaluation uses no other, so the two are
 * disjoint for every pair of seeds.
 */
export function isEvaluationText(text: string): boolean {
  return md5Modulo(`text:${text}`, 8) === 0;
}
