import { checkCompleteness } from '@itool/lineage';
import type { Checks } from '../checks.ts';
import { differentRows, eraseRow, pipelineHere } from '../erase-row.ts';
import type { Soak } from '../soak.ts';

/** Every kind of row, by who has seen it: runs the pipeline once for each. */
async function eraseFrom(checks: Checks, name: string, most: number): Promise<void> {
  const pipeline = pipelineHere(name);
  try {
    const before = await pipeline.run([]);
    const unreached = checkCompleteness(before).flatMap(({ stage, output, unreached: ids }) =>
      ids.map((id) => `${stage}/${output}:${id}`),
    );
    checks.equal(`${name}: rows of unknown origin`, 'none', unreached.slice(0, 5).join(', ') || 'none');
    const kinds = [...differentRows(before)].slice(0, most);
    for (const [kind, row] of kinds) {
      const began = performance.now();
      const { named, unforeseen, unforeseenRows, unchanged, artifacts } = await eraseRow(pipeline, before, row);
      const found = [...unforeseen, ...unforeseenRows.slice(0, 5)].join(', ') || 'nothing';
      const seconds = (performance.now() - began) / 1000;
      checks.equal(`${name}: outside of lineage --down of ${row} (${kind}) changes`, 'nothing', found, seconds);
      checks.measured(
        `${name}: ${row}: artifacts named`,
        `${named.length} of ${artifacts}; ${unchanged.length} of these did not change`,
      );
    }
  } finally {
    pipeline.remove();
  }
}

export const erasure: Soak = {
  name: 'erasure',
  about: 'leaves out one row of each kind from the smoke pipeline, and compares what changes with what lineage names',
  run: (checks) => eraseFrom(checks, 'smoke', Number.POSITIVE_INFINITY),
};

export const erasureWhole: Soak = {
  name: 'erasure-whole',
  about: 'the same with two rows of the default pipeline, which runs three times (half an hour on two cores)',
  run: (checks) => eraseFrom(checks, 'itool', 2),
};
