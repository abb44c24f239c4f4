import { join } from 'node:path';
import {
  loadKind,
  type ReadText,
  resolvePipeline,
  type StageKind,
  sourceClosure,
  type WorkspacePackages,
  workspacePackages,
  workspaceReader,
} from '@itool/pipeline';
import { type CreateNodes, createNodesFromFiles } from '@nx/devkit';
import { type ProjectContext, stageProjects } from './stage-projects.ts';

/** Infers the projects of every `pipelines/<p>/pipeline.json`; throws on anything in it that does not resolve. */
export const createNodes: CreateNodes = [
  'pipelines/*/pipeline.json',
  (files, options, context) => {
    const readText = workspaceReader(context.workspaceRoot);
    const lock = JSON.parse(readText('package-lock.json') ?? '{}') as {
      packages?: Record<string, { version?: string }>;
    };
    const packages = workspacePackages(context.workspaceRoot);
    const kinds = new Map<string, StageKind>();
    const kindOf = (kind: string): StageKind => {
      const known = kinds.get(kind) ?? reloadKind(context.workspaceRoot, packages, readText, kind);
      kinds.set(kind, known);
      return known;
    };
    const projectContext: ProjectContext = {
      packages,
      readText,
      kindOf,
      lockedVersion: (name) => lock.packages?.[`node_modules/${name}`]?.version,
    };
    return createNodesFromFiles(
      (file) => {
        const pipeline = resolvePipeline(file.split('/').at(-2)!, readText);
        return { projects: stageProjects(pipeline, projectContext) };
      },
      files,
      options,
      context,
    );
  },
];

/** The daemon lives longer than one version of a schema and of the libraries that it imports. */
function reloadKind(root: string, packages: WorkspacePackages, readText: ReadText, kind: string): StageKind {
  const folders = sourceClosure(kind, packages, readText).folders.map((folder) => join(root, folder, '/'));
  for (const file of Object.keys(require.cache))
    if (folders.some((folder) => file.startsWith(folder))) delete require.cache[file];
  return loadKind(root, packages, kind);
}
