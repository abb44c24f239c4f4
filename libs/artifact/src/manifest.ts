import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { ItoolError, jsonValueSchema } from '@itool/record';
import { z } from 'zod';
import { columnListSchema } from './columns.ts';
import { sha256Of } from './file-digest.ts';
import { asNoSpace } from './store.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

export const blobSchema = z.strictObject({
  /** `arrow`, `parquet`, `json`, `text`, or what the stage says (`safetensors`, `jsonl`, `html`, ...). */
  format: z.string(),
  sha256: sha256Schema,
  /** bytes */
  size: z.int(),
  /** of tables */
  rows: z.int().optional(),
  columns: columnListSchema.optional(),
});
export type Blob = z.infer<typeof blobSchema>;

/** What a stage has made and nothing else: dependents are keyed by these bytes, so equal outputs stop a rerun from spreading. */
export const manifestSchema = z.strictObject({ outputs: z.record(z.string(), blobSchema) });
export type Manifest = z.infer<typeof manifestSchema>;

/** How a stage made its outputs. No time, host or path: those belong to a run. */
export const provenanceSchema = z.strictObject({
  pipeline: z.string(),
  stage: z.string(),
  kind: z.string(),
  /** sha256 over kind, iteration, code, parameters, inputs, external versions and definitions */
  key: sha256Schema,
  code: sha256Schema,
  externals: z.record(z.string(), z.string()),
  params: jsonValueSchema,
  /** role -> stages with the digest of the manifest that was read */
  inputs: z.record(z.string(), z.array(z.strictObject({ stage: z.string(), manifest: sha256Schema }))),
  /** Of stages that show how others are defined: what they were given. */
  definitions: z
    .array(
      z.strictObject({
        pipeline: z.string(),
        name: z.string(),
        kind: z.string(),
        iteration: z.int(),
        needs: z.record(z.string(), z.array(z.string())),
        params: jsonValueSchema,
      }),
    )
    .optional(),
  manifest: sha256Schema,
  /** What the stage reports about the making: backend, counts. */
  facts: z.record(z.string(), jsonValueSchema),
});
export type Provenance = z.infer<typeof provenanceSchema>;

export function manifestText(manifest: Manifest): string {
  return pretty(manifestSchema.parse(manifest));
}

export function provenanceText(provenance: Provenance): string {
  return pretty(provenanceSchema.parse(provenance));
}

export function manifestDigest(manifest: Manifest): string {
  return sha256Of(manifestText(manifest));
}

/** Manifest in `path`; undefined when there is no file or it is not a manifest (a half-written or foreign one counts as none). */
export function readManifest(path: string): Manifest | undefined {
  return readChecked(path, manifestSchema);
}

export function readProvenance(path: string): Provenance | undefined {
  return readChecked(path, provenanceSchema);
}

/** Writes a small file so that readers see the old one or the new one, never a part. */
export function writeAtomically(path: string, text: string): void {
  const temp = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.temp`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(temp, text);
    fs.renameSync(temp, path);
  } catch (error) {
    fs.rmSync(temp, { force: true });
    throw asNoSpace(error, dirname(path));
  }
}

/** The blob called `name`. @throws ItoolError bad_data naming those that are there */
export function findBlob(manifest: Manifest, name: string, of: string): Blob {
  const blob = manifest.outputs[name];
  if (blob !== undefined) return blob;
  throw new ItoolError({
    code: 'bad_data',
    message: `artifact: ${of} has no output: ${JSON.stringify(name)} (valid: ${Object.keys(manifest.outputs).sort().join(', ') || 'none'})`,
    hint: 'Use one of these names, or let the stage write this output.',
  });
}

function readChecked<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = fs.readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Indented JSON with sorted keys and a final newline. */
function pretty(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 1)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, v]) => [key, sorted(v)]));
}
