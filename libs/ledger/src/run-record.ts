import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const taskSchema = z.object({
  status: z.string(),
  hash: z.string().optional(),
  start: z.number().optional(),
  end: z.number().optional(),
  duration_ms: z.number().optional(),
});

/** What the plugin writes about one nx process (tools/nx-itool): `.itool/runs/<id>.json`. */
export const runRecordSchema = z.object({
  id: z.string(),
  commit: z.string().optional(),
  start: z.number(),
  end: z.number().optional(),
  tasks: z.record(z.string(), taskSchema),
});

export type RunRecord = z.infer<typeof runRecordSchema>;

/** Records of all runs, latest first. A file that is not a record is passed over. */
export function readRunRecords(workspace: string): RunRecord[] {
  const folder = join(workspace, '.itool', 'runs');
  const records = jsonFiles(folder).flatMap((file) => {
    const parsed = runRecordSchema.safeParse(parseOrNull(readFileSync(join(folder, file), 'utf8')));
    return parsed.success ? [parsed.data] : [];
  });
  return records.sort((a, b) => b.start - a.start || (a.id < b.id ? -1 : 1));
}

export function taskId(pipeline: string, stage: string): string {
  return `${pipeline}.${stage}:run`;
}

function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
