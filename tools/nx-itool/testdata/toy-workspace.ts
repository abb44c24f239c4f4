import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, type Run, type WorkspaceCopy } from '../../soak/src/index.ts';

export { finished, type Run } from '../../soak/src/index.ts';

/** What a run needs of the workspace; stages of real pipelines stay out, so that their state does not matter here. */
const NEEDED = ['libs/record', 'libs/artifact', 'libs/ledger', 'libs/lineage', 'libs/pipeline', 'libs/stage', 'libs/stages/import', 'tools/register', 'tools/nx-itool'];

/** A copy of the workspace with toy stages. */
export type ToyWorkspace = Omit<WorkspaceCopy, 'run' | 'manifest'> & {
  run: (env?: Record<string, string>) => Promise<Run>;
  manifest: (stage: string) => string;
};

export function makeToyWorkspace(): ToyWorkspace {
  const copy = copyWorkspace(NEEDED, 'itool-toy-');
  for (const part of ['libs', 'pipelines']) copyToys(join(__dirname, part), join(copy.root, part));
  symlinkSync('../../libs/toy-text', join(copy.root, 'node_modules', '@itool', 'toy-text'));
  copy.env['TOY_DATA'] = join(copy.base, 'data');
  mkdirSync(copy.env['TOY_DATA']);
  writeFileSync(join(copy.env['TOY_DATA'], 'text.txt'), 'one fish two fish red fish blue fish a b c\n');
  return { ...copy, run: (env) => copy.run('toy', env), manifest: (stage) => copy.manifest('toy', stage) };
}

/** Toy files end in `.txt` here, so that no tool takes them for parts of this workspace. */
function copyToys(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.isDirectory()) copyToys(join(from, entry.name), join(to, entry.name));
    else cpSync(join(from, entry.name), join(to, entry.name.replace(/\.txt$/, '')));
  }
}
