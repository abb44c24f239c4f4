import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendants, killTree } from './process-tree.ts';
import { finished, type WorkspaceCopy } from './workspace-copy.ts';

export type Kill = {
  pipeline: string;
  stage: string;
  /** Every process of the run, as when the machine loses power, or that of the stage alone. */
  whom: 'everything' | 'stage';
  /** Asked every few milliseconds from the moment at which the stage begins to compute; the kill comes when it says true. */
  when: (ms: number) => boolean;
  env?: Record<string, string>;
};

/**
 * Starts a run and sends SIGKILL while a stage computes.
 *
 * @returns exit code of Nx (null after a signal) and whether the stage had a manifest when all was over
 * @throws when the run ends before the moment has come
 */
export async function killDuring(
  copy: WorkspaceCopy,
  { pipeline, stage, whom, when, env }: Kill,
): Promise<{ code: number | null; made: boolean }> {
  const nx = copy.start([`${pipeline}:run`], env);
  let running = true;
  const ended = finished(nx).then((end) => {
    running = false;
    return end;
  });
  // The lock of a run that was killed before stays until somebody takes it over.
  const computing = (): number | undefined => {
    const holder = holderOfDevice(copy);
    const mine = holder?.what === `${pipeline}.${stage}` && descendants(nx.pid!).includes(holder.pid);
    return mine ? holder.pid : undefined;
  };
  let pid = computing();
  for (; running && pid === undefined; pid = computing()) await sleep(5);
  const began = performance.now();
  while (running && !when(performance.now() - began)) await sleep(5);
  if (pid === undefined || !running) {
    throw new Error(`soak: the run ended before ${pipeline}.${stage} could be killed:\n${(await ended).output}`);
  }
  if (whom === 'everything') killTree(nx.pid!);
  else process.kill(pid, 'SIGKILL');
  const { code } = await ended;
  return { code, made: existsSync(join(copy.root, '.itool', 'artifacts', pipeline, stage, 'manifest.json')) };
}

/** The process that computes now and `<pipeline>.<stage>`. */
function holderOfDevice(copy: WorkspaceCopy): { pid: number; what: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(copy.store, 'device.lock'), 'utf8')) as { pid: number; what: string };
  } catch {
    return undefined;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
