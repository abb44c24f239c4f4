import { parseArgs } from 'node:util';
import { collectChecks, printChecks } from './checks.ts';
import type { Soak } from './soak.ts';
import { badInput } from './soaks/bad-input.ts';
import { cacheAttacks } from './soaks/cache-attacks.ts';
import { cacheFaults } from './soaks/cache-faults.ts';
import { cacheLoad } from './soaks/cache-load.ts';
import { cacheSharing } from './soaks/cache-sharing.ts';
import { determinism } from './soaks/determinism.ts';
import { erasure, erasureWhole } from './soaks/erasure.ts';
import { evaluatorFuzz } from './soaks/evaluator-fuzz.ts';
import { healing } from './soaks/healing.ts';
import { invalidation } from './soaks/invalidation.ts';
import { kill } from './soaks/kill.ts';
import { largeModel } from './soaks/large-model.ts';
import { modelFolder } from './soaks/model-folder.ts';
import { rerunTime } from './soaks/rerun-time.ts';
import { safetensorsFuzz } from './soaks/safetensors-fuzz.ts';
import { sanitizers } from './soaks/sanitizers.ts';

const SOAKS: readonly Soak[] = [
  invalidation,
  healing,
  kill,
  determinism,
  badInput,
  evaluatorFuzz,
  rerunTime,
  cacheAttacks,
  cacheFaults,
  cacheSharing,
  erasure,
  erasureWhole,
  cacheLoad,
  sanitizers,
  safetensorsFuzz,
  modelFolder,
  largeModel,
];

const USAGE = `usage: npm run soak -- <name> [<name> ...]   long checks: the smoke pipeline in temporary copies of the checkout, and the native kernels
       npm run soak -- --list
`;

/** Exit status: 0 every check has passed, 1 one has failed, 2 the command line is wrong. */
async function main(argv: string[]): Promise<number> {
  const chosen = readNames(argv);
  if (typeof chosen === 'string') {
    process.stderr.write(chosen);
    return 2;
  }
  if (chosen.length === 0) {
    for (const { name, about } of SOAKS) process.stdout.write(`${name.padEnd(18)}${about}\n`);
    return 0;
  }
  let failed = 0;
  for (const soak of chosen) {
    const checks = collectChecks((line) => process.stderr.write(line));
    try {
      await soak.run(checks);
    } catch (error) {
      checks.equal(`${soak.name} came to its end`, 'yes', error instanceof Error ? (error.stack ?? '') : String(error));
    }
    process.stdout.write(`\n${soak.name}: ${soak.about}\n${printChecks(checks.done(), checks.skips())}`);
    failed += checks.done().filter((check) => !check.passed).length;
  }
  return failed === 0 ? 0 : 1;
}

/** The soaks that were asked for, none for --list, or what is wrong with the command line. */
function readNames(argv: string[]): Soak[] | string {
  let parsed: { values: { list: boolean }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: argv,
      options: { list: { type: 'boolean', default: false } },
      allowPositionals: true,
    }) as typeof parsed;
  } catch (error) {
    return `${error instanceof Error ? error.message : error}\n${USAGE}`;
  }
  if (parsed.values.list) return [];
  if (parsed.positionals.length === 0) return USAGE;
  const unknown = parsed.positionals.find((name) => !SOAKS.some((soak) => soak.name === name));
  if (unknown !== undefined)
    return `soak: no such soak: ${unknown} (valid: ${SOAKS.map((soak) => soak.name).join(', ')})\n`;
  return SOAKS.filter((soak) => parsed.positionals.includes(soak.name));
}

main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
