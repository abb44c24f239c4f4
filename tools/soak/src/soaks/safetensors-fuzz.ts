import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { fuzzSafetensors } from '../safetensors-mutations.ts';
import type { Soak } from '../soak.ts';

const MUTATIONS = 10_000;

async function run(checks: Checks): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itool-fuzz-'));
  try {
    fuzzSafetensors({ mutations: 100, seed: 1, path: join(folder, 'file') });
    const before = process.resourceUsage().maxRSS;
    const began = performance.now();
    const result = fuzzSafetensors({ mutations: MUTATIONS, seed: 42, path: join(folder, 'file') });
    const seconds = (performance.now() - began) / 1000;
    checks.equal(
      'damaged files that were neither refused nor read right',
      '',
      result.wrong.slice(0, 5).join('\n'),
      seconds,
    );
    checks.equal('files', String(MUTATIONS), String(result.refused + result.read));
    checks.measured('refused with an error, read', `${result.refused}, ${result.read}`);
    const grown = (process.resourceUsage().maxRSS - before) / 1024;
    checks.equal('peak memory grew by less than 64 MB', 'yes', grown < 64 ? 'yes' : `${grown.toFixed(0)} MB`);
    checks.measured('growth of peak memory', `${grown.toFixed(1)} MB`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const safetensorsFuzz: Soak = {
  name: 'safetensors-fuzz',
  about: '10,000 damaged safetensors files: each refused with an error, or read right; nothing large is allocated',
  run,
};
