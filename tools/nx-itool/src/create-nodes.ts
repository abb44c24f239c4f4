import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  parseParams,
  type ResolvedPipeline,
  resolvePipeline,
  workspacePackages,
  workspaceReader,
} from '@itool/pipeline';
import { type CreateNodes, createNodesFromFiles } from '@nx/devkit';
import type { z } from 'zod';
import { type ProjectContext, stageProjects } from './stage-projects.ts';

/** Infers the projects of every `pipelines/<p>/pipeline.json`; throws on anything in it that does not resolve. */
export const createNodes: CreateNodes = [
  'pipelines/*/pipeline.json',
  (files, options, context) => {
    const readText = workspaceReader(context.workspaceRoot);
    const lock = JSON.parse(readText('package-lock.json') ?? '{}') as {
      packages?: Record<string, { version?: string }>;
    };
    const projectContext: ProjectContext = {
      packages: workspacePackages(context.workspaceRoot),
      readText,
      lockedVersion: (name) => lock.packages?.[`node_modules/${name}`]?.version,
    };
    return createNodesFromFiles(
      (file) => {
        const pipeline = resolvePipeline(file.split('/').at(-2)!, readText);
        checkParams(context.workspaceRoot, pipeline, projectContext);
        return { projects: stageProjects(pipeline, projectContext) };
      },
      files,
      options,
      context,
    );
  },
];

function checkParams(root: string, pipeline: ResolvedPipeline, { readText }: ProjectContext): void {
  for (const stage of pipeline.stages) {
    const file = join(root, 'libs', 'stages', stage.kind, 'src', 'params.ts');
    if (!existsSync(file))
      throw new Error(`nx-itool: stage kind ${stage.kind} has no src/params.ts that exports paramsSchema`);
    // The daemon lives longer than one version of the file.
    delete require.cache[file];
    const { paramsSchema } = require(file) as { paramsSchema: z.ZodType };
    parseParams(stage, paramsSchema, readText);
  }
}
