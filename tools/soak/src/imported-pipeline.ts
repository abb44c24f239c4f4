import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceCopy } from './workspace-copy.ts';

/** The smoke pipeline with rows of an outside file in its training part. */
export const IMPORTED = 'imported';

/** `base` learns from a corpus of its own, so that it does not read the file. */
const APART = ['corpus', 'corpus-split', 'base'];

const definition = (path: string) => ({
  name: IMPORTED,
  extends: '../smoke/pipeline.json',
  stages: {
    files: { kind: 'import', params: { files: { rows: { path } } } },
    ingest: { needs: { files: 'files' }, params: { sources: { own: { file: 'rows', format: 'toolace' } } } },
    corpus: {
      kind: 'ingest',
      params: { synthetic: { training: { seed: 1, rows: 240 }, pretraining: { seed: 2, rows: 240 } } },
    },
    'corpus-split': {
      kind: 'split',
      needs: { rows: 'corpus' },
      params: { seed: 1, train_share: 0.9, buffer_share: 0.5 },
    },
    base: { needs: { rows: 'corpus', split: 'corpus-split' } },
  },
});

export type ImportedFile = {
  path: string;
  /** Puts the rows back as they were first. */
  repair: () => void;
  changeOneByte: () => void;
};

/** Adds pipeline `imported` to the copy and the file that it reads to a folder beside it. */
export function writeImportedPipeline(copy: WorkspaceCopy): ImportedFile {
  const folder = join(copy.base, 'data');
  const path = join(folder, 'rows.json');
  mkdirSync(folder, { recursive: true });
  copy.write(`pipelines/${IMPORTED}/pipeline.json`, JSON.stringify(definition(path), null, 2));
  const repair = (): void => writeFileSync(path, rowsInToolAceForm());
  repair();
  return {
    path,
    repair,
    changeOneByte: () => {
      const bytes = readFileSync(path);
      bytes[bytes.indexOf('degrees 7')] = 'D'.charCodeAt(0);
      writeFileSync(path, bytes);
    },
  };
}

/** Those of `stages` that the imported file reaches. */
export function readersOfTheFile(stages: readonly string[]): string[] {
  return stages.filter((stage) => stage !== 'files' && !APART.includes(stage));
}

function rowsInToolAceForm(): string {
  const tool = {
    name: 'turn_dial',
    description: 'Turns a dial',
    parameters: {
      type: 'dict',
      properties: { room: { type: 'string' }, degrees: { type: 'integer' } },
      required: ['room', 'degrees'],
    },
  };
  const rooms = ['attic', 'cellar', 'study', 'hall'];
  const rows = Array.from({ length: 24 }, (_, i) => ({
    system: `You may call these functions:\n[${JSON.stringify(tool)}]`,
    conversations: [
      { from: 'user', value: `Turn the dial in the ${rooms[i % 4]} to degrees ${i}.` },
      { from: 'assistant', value: `[turn_dial(room="${rooms[i % 4]}", degrees=${i})]` },
    ],
  }));
  return JSON.stringify(rows, null, 1);
}
