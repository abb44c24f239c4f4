import { canonicalJson } from '@itool/record';
import type { StageBasis } from '@itool/stage';
import { diffParams } from './diff-params.ts';

type Definitions = NonNullable<StageBasis['definitions']>;

/** What has changed in the definitions that a stage shows, but for its own, which has reasons of its own. */
export function diffDefinitions(own: string, before: Definitions, after: Definitions): string[] {
  const byName = (list: Definitions) => new Map(list.map((stage) => [stage.name, stage]));
  const [from, to] = [byName(before), byName(after)];
  const names = [...new Set([...from.keys(), ...to.keys()])].filter((name) => name !== own);
  return names.flatMap((name) => {
    const [old, now] = [from.get(name), to.get(name)];
    if (old === undefined || now === undefined) return [`shows ${name}: ${old === undefined ? 'is new' : 'is gone'}`];
    const changes = [
      ...(old.kind === now.kind ? [] : [`kind ${old.kind} -> ${now.kind}`]),
      ...(canonicalJson(old.needs) === canonicalJson(now.needs) ? [] : ['other needs']),
      ...diffParams(old.params, now.params),
    ];
    return changes.map((change) => `shows ${name}: ${change}`);
  });
}
