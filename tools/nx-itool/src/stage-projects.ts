import { isAbsolute } from 'node:path';
import {
  defineStages,
  NOT_SOURCE,
  parseParams,
  producersOf,
  type ReadText,
  type ResolvedPipeline,
  type ResolvedStage,
  type SourceClosure,
  type StageKind,
  sourceClosure,
  stageFolder,
  UNCACHED_KINDS,
  upstreamOf,
  type WorkspacePackages,
} from '@itool/pipeline';
import { contentId, type JsonValue } from '@itool/record';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';

type Input = NonNullable<TargetConfiguration['inputs']>[number];

const NODE = 'node --require ./tools/register/register.cjs';

export type ProjectContext = {
  packages: WorkspacePackages;
  readText: ReadText;
  kindOf: (kind: string) => StageKind;
  /** Version of an npm package in the lock file. */
  lockedVersion: (name: string) => string | undefined;
};

/**
 * Nx projects of a pipeline by their root: one per stage, below a folder that need not exist, and the umbrella.
 * One project per stage because Nx hashes all targets of a project into each of its tasks.
 *
 * @throws on parameters that a kind does not take, and on a package that the lock file has in another version
 */
export function stageProjects(
  pipeline: ResolvedPipeline,
  context: ProjectContext,
): Record<string, ProjectConfiguration> {
  const closures = new Map<string, SourceClosure>();
  const closureOf = (kind: string): SourceClosure => {
    const known = closures.get(kind);
    if (known !== undefined) return known;
    const closure = sourceClosure(kind, context.packages, context.readText);
    checkLocked(kind, closure, context);
    closures.set(kind, closure);
    return closure;
  };
  const params = new Map<string, JsonValue>();
  for (const stage of pipeline.stages)
    params.set(stage.name, parseParams(stage, context.kindOf(stage.kind).paramsSchema, context.readText));
  const umbrella = `pipelines/${pipeline.name}`;
  const projects: Record<string, ProjectConfiguration> = {
    [umbrella]: {
      name: pipeline.name,
      root: umbrella,
      targets: {
        run: {
          command: `${NODE} libs/stage/src/verify-main.ts ${pipeline.name}`,
          cache: false,
          dependsOn: [{ projects: pipeline.stages.map((s) => projectName(s)), target: 'run' }],
        },
      },
    },
  };
  for (const stage of pipeline.stages) {
    const root = `${umbrella}/stages/${stage.name}`;
    const readsDefinitions = context.kindOf(stage.kind).readsDefinitions ?? false;
    const shown = readsDefinitions ? upstreamOf(pipeline, stage) : [];
    const definitions = readsDefinitions ? defineStages(pipeline, stage, ({ name }) => params.get(name)!) : null;
    projects[root] = {
      name: projectName(stage),
      root,
      // Nx hashes tags. The fields alone do not say what defaults and references have become.
      ...(definitions === null ? {} : { tags: [`definitions:${contentId(definitions)}`] }),
      targets: { run: runTarget(stage, fieldsByFile([stage, ...shown]), closureOf(stage.kind)) },
    };
  }
  return projects;
}

function runTarget(stage: ResolvedStage, fields: Input[], closure: SourceClosure): TargetConfiguration {
  const producers = producersOf(stage).map((name) => `${stage.pipeline}.${name}`);
  return {
    command: `${NODE} libs/stage/src/main.ts ${stage.pipeline} ${stage.name}`,
    cache: !UNCACHED_KINDS.includes(stage.kind),
    inputs: [
      ...fields,
      ...closure.folders.flatMap((folder) => [
        `{workspaceRoot}/${folder}/**/*`,
        ...NOT_SOURCE.map((pattern) => `!{workspaceRoot}/${folder}/${pattern}`),
      ]),
      { dependentTasksOutputFiles: '**/manifest.json' },
      { externalDependencies: closure.externals.map(({ name }) => name) },
    ],
    outputs: [`{workspaceRoot}/${stageFolder(stage.pipeline, stage.name)}`],
    // Nx takes an empty list of projects for a mistake.
    ...(producers.length > 0 ? { dependsOn: [{ projects: producers, target: 'run' }] } : {}),
  };
}

function projectName(stage: ResolvedStage): string {
  return `${stage.pipeline}.${stage.name}`;
}

/** JSON fields that define these stages, each once. */
function fieldsByFile(stages: readonly ResolvedStage[]): Input[] {
  const undefinedStage = stages.find((stage) => stage.param_sources.length === 0);
  if (undefinedStage !== undefined)
    throw new Error(`nx-itool: ${projectName(undefinedStage)}: no JSON field defines this stage`);
  const sources = stages.flatMap((stage) => stage.param_sources);
  return [...new Set(sources.map((s) => s.file))].map((file) => {
    if (isAbsolute(file)) throw new Error(`nx-itool: path is not relative to the workspace: ${file}`);
    const fields = sources.filter((s) => s.file === file).map((s) => s.field);
    return { json: `{workspaceRoot}/${file}`, fields: [...new Set(fields)] };
  });
}

function checkLocked(kind: string, closure: SourceClosure, { lockedVersion }: ProjectContext): void {
  for (const { name, version } of closure.externals) {
    const locked = lockedVersion(name);
    if (locked === version) continue;
    throw new Error(
      `nx-itool: stage kind ${kind} needs ${name}@${version}, but package-lock.json has ${locked ?? 'none'}. Run npm install, or correct the version in package.json of the library.`,
    );
  }
}
