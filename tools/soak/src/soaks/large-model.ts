import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { storedBytes, writeLargeModel } from '../large-model.ts';
import type { Soak } from '../soak.ts';

const WORKSPACE = join(__dirname, '..', '..', '..', '..');
const LIMIT = 1.15;

type Loaded = { before: number; peak: number; loaded: number; finite: boolean };

async function run(checks: Checks): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'itool-large-'));
  try {
    const began = performance.now();
    writeLargeModel(folder);
    checks.measured('model folder of 4.0 GB written', `${((performance.now() - began) / 1000).toFixed(0)} s`);
    for (const storage of ['bf16', 'nf4'] as const) {
      const { before, peak, loaded, finite } = await watchLoading(folder, storage);
      const share = peak / storedBytes(storage);
      const figure = `${share.toFixed(3)} (${mega(peak)} of ${mega(storedBytes(storage))}; ${mega(before)} before)`;
      checks.measured(`${storage}: peak anonymous memory of the process over the size stored`, figure);
      checks.equal(`${storage}: at most ${LIMIT}`, 'yes', share <= LIMIT ? 'yes' : figure, loaded);
      checks.equal(`${storage}: the model computes`, 'true', String(finite));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Anonymous memory of the whole process, looked at every 5 ms; `before` anything was loaded. */
function watchLoading(folder: string, storage: string): Promise<Loaded> {
  const child = spawn(
    process.execPath,
    ['-r', './tools/register/register.cjs', 'tools/soak/src/load-large-model.ts', folder, storage],
    { cwd: WORKSPACE, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let before = 0;
  let peak = 0;
  let output = '';
  const look = (): number => {
    try {
      const kilobytes = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      return 1024 * Number(kilobytes ?? 0);
    } catch {
      return 0;
    }
  };
  const timer = setInterval(() => {
    peak = Math.max(peak, look());
  }, 5);
  child.stdout.on('data', (text: Buffer) => {
    if (output === '') {
      before = look();
      child.stdin.write('go\n');
    }
    output += text.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      clearInterval(timer);
      if (code !== 0) reject(new Error(`loading ended with exit code ${code}`));
      else
        resolve({
          before,
          peak,
          ...(JSON.parse(output.trim().split('\n').at(-1)!) as { loaded: number; finite: boolean }),
        });
    });
  });
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export const largeModel: Soak = {
  name: 'large-model',
  about:
    'a model folder of 4 GB straight into bf16 and NF4: peak memory at most 1.15 times the stored size (Linux, native backend)',
  run,
};
