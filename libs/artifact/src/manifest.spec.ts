import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { COLUMN_TYPES } from './columns.ts';
import { findBlob, type Manifest, manifestText, readManifest, writeAtomically } from './manifest.ts';

const blob = fc.record(
  {
    format: fc.constantFrom('arrow', 'json'),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    size: fc.nat(),
    rows: fc.nat(),
    columns: fc.array(fc.record({ name: fc.string(), type: fc.constantFrom(...COLUMN_TYPES) })),
  },
  { requiredKeys: ['format', 'sha256', 'size'] },
);
const manifests: fc.Arbitrary<Manifest> = fc.record({
  outputs: fc.dictionary(
    fc.string().filter((k) => k !== '__proto__'),
    blob,
    { noNullPrototype: true },
  ),
});

describe('manifest', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-manifest-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('comes back from its text, whatever the order of its keys', () => {
    const path = join(folder, 'manifest.json');
    fc.assert(
      fc.property(manifests, (manifest) => {
        writeAtomically(path, manifestText(manifest));
        expect(readManifest(path)).toEqual(manifest);
        const turned: Manifest = { outputs: Object.fromEntries(Object.entries(manifest.outputs).reverse()) };
        expect(manifestText(turned)).toBe(readFileSync(path, 'utf8'));
      }),
      { numRuns: 50 },
    );
  });

  it('counts as absent when it is cut off or has other members', () => {
    const path = join(folder, 'bad.json');
    expect(readManifest(path)).toBeUndefined();
    for (const text of [
      '{"outputs": {',
      '{"outputs": {}, "time": 1}',
      '{"outputs": {"a": {"format": "x", "sha256": "00", "size": 1}}}',
    ]) {
      writeFileSync(path, text);
      expect(readManifest(path)).toBeUndefined();
    }
  });

  it('names the outputs that are there', () => {
    expect(() => findBlob({ outputs: {} }, 'rows', 'stage x')).toThrow('stage x has no output: "rows" (valid: none)');
  });
});
