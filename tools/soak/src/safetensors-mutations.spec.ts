import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuzzSafetensors } from './safetensors-mutations.ts';

// One in a hundred of `npm run soak -- safetensors-fuzz`.
it('refuses damaged safetensors files with an error, or reads them right', () => {
  const folder = mkdtempSync(join(tmpdir(), 'itool-fuzz-'));
  const { wrong, refused, read, largest_share } = fuzzSafetensors({ mutations: 100, seed: 7, path: join(folder, 'f') });
  rmSync(folder, { recursive: true });
  expect(wrong).toEqual([]);
  expect(refused + read).toBe(100);
  expect(refused).toBeGreaterThan(50);
  expect(largest_share).toBeLessThan(1);
});
