import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import type { z } from 'zod';
import { unknownKind, type WorkspacePackages } from './source-closure.ts';

/** What `params.ts` of a kind exports: all that has to be known of a stage without loading what it computes with. */
export type StageKind = {
  paramsSchema: z.ZodType;
  /** The stage is given the definitions of itself and all stages upstream, and they are part of its key. */
  readsDefinitions?: boolean;
};

/** @throws ItoolError bad_config for an unknown kind; internal when its params.ts exports no schema */
export function loadKind(root: string, packages: WorkspacePackages, kind: string): StageKind {
  const path = `libs/stages/${kind}/src/params.ts`;
  const file = join(root, path);
  if (!existsSync(file)) throw unknownKind(kind, packages);
  const { paramsSchema, readsDefinitions } = require(file) as Partial<StageKind>;
  if (paramsSchema !== undefined) return { paramsSchema, readsDefinitions: readsDefinitions ?? false };
  throw new ItoolError({
    code: 'internal',
    message: `pipeline: ${path} exports no paramsSchema`,
    hint: 'Export the zod schema of the parameters of this kind under that name.',
  });
}
