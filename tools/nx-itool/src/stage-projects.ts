import { isAbsolute } from 'node:path';
import {
  NOT_SOURCE,
  producersOf,
  type ReadText,
  type ResolvedPipeline,
  type ResolvedStage,
  type SourceClosure,
  sourceClosure,
  UNCACHED_KINDS,
  type WorkspacePackages,
} from '@itool/pipeline';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';

const NODE = 'node --require ./tools/register/register.cjs';

export type ProjectContext = {
  packages: WorkspacePackages;
  readText: ReadText;
  /** Version of an npm package in the lock file. */
  lockedVersion: (name: string) => string | undefined;
};

/**
 * Nx projects of a pipeline by their root: one per stage, below a folder that need not exist, and the umbrella.
 * One project per stage because Nx hashes all targets of a project into each of its tasks.
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
    projects[root] = { name: projectName(stage), root, targets: { run: runTarget(stage, closureOf(stage.kind)) } };
  }
  return projects;
}

function runTarget(stage: ResolvedStage, closure: SourceClosure): TargetConfiguration {
  const producers = producersOf(stage).map((name) => `${stage.pipeline}.${name}`);
  return {
    command: `${NODE} libs/stage/src/main.ts ${stage.pipeline} ${stage.name}`,
    cache: !UNCACHED_KINDS.includes(stage.kind),
    inputs: [
      ...fieldsByFile(stage),
      ...closure.folders.flatMap((folder) => [
        `{workspaceRoot}/${folder}/**/*`,
        ...NOT_SOURCE.map((pattern) => `!{workspaceRoot}/${folder}/${pattern}`),
      ]),
      { dependentTasksOutputFiles: '**/manifest.json' },
      { externalDependencies: closure.externals.map(({ name }) => name) },
    ],
    outputs: [`{workspaceRoot}/.itool/artifacts/${stage.pipeline}/${stage.name}`],
    // Nx takes an empty list of projects for a mistake.
    ...(producers.length > 0 ? { dependsOn: [{ projects: producers, target: 'run' }] } : {}),
  };
}

function projectName(stage: ResolvedStage): string {
  return `${stage.pipeline}.${stage.name}`;
}

function fieldsByFile(stage: ResolvedStage): { json: string; fields: string[] }[] {
  if (stage.param_sources.length === 0)
    throw new Error(`nx-itool: ${projectName(stage)}: no JSON field defines this stage`);
  const files = [...new Set(stage.param_sources.map((s) => s.file))];
  return files.map((file) => {
    if (isAbsolute(file))
      throw new Error(`nx-itool: ${projectName(stage)}: path is not relative to the workspace: ${file}`);
    const fields = stage.param_sources.filter((s) => s.file === file).map((s) => s.field);
    return { json: `{workspaceRoot}/${file}`, fields };
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
