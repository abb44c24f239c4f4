import { ItoolError } from '@itool/record';

/**
 * A reference to the stage that fills a role:
 *   `sft-hard`              a stage outside the iterations
 *   `rank@i`                the same iteration
 *   `optimize@i-1|sft-hard` the previous iteration; in the first one the stage after the bar
 *   `optimize@last`         the last iteration
 *   `eval@*`                all iterations in order, in a list only
 */
export type Ref =
  | { form: 'single'; stage: string }
  | { form: 'same'; stage: string }
  | { form: 'previous'; stage: string; first: string }
  | { form: 'last'; stage: string }
  | { form: 'all'; stage: string };

const GRAMMAR = '"stage", "stage@i", "stage@i-1|first-stage", "stage@last", "stage@*"';

/** @throws ItoolError bad_config when `text` is in none of the forms */
export function parseRef(text: string, place: string): Ref {
  const bad = (why: string): never => {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${place}: ${why}: ${JSON.stringify(text)} (valid forms: ${GRAMMAR})`,
      hint: 'Write the reference in one of these forms.',
    });
  };
  const parts = /^([^@|]+)(?:@([^|]*))?(?:\|([^@|]+))?$/.exec(text);
  if (parts === null) return bad('reference is not understood');
  const [, stage, at, first] = parts;
  if (at === 'i-1') {
    return first === undefined
      ? bad('reference to the previous iteration needs a stage for the first one, after "|"')
      : { form: 'previous', stage: stage!, first };
  }
  if (first !== undefined) return bad('"|" belongs to "@i-1" only');
  if (at === undefined) return { form: 'single', stage: stage! };
  if (at === 'i') return { form: 'same', stage: stage! };
  if (at === 'last') return { form: 'last', stage: stage! };
  if (at === '*') return { form: 'all', stage: stage! };
  return bad('reference is not understood');
}
