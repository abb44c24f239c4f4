export { type EncodedRow, encodeRows, type TextRow } from './encode-rows.ts';
export { type Policy, policyFormat } from './policy.ts';
export { readPolicy } from './read-policy.ts';
export { writePolicy } from './write-policy.ts';
