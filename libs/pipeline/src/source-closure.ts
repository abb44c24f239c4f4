import { ItoolError } from '@itool/record';
import type { ReadText } from './read-pipeline.ts';

/** What a stage kind is made of. */
export type SourceClosure = {
  /** Folders of workspace packages relative to the root, sorted. */
  folders: string[];
  /** External npm packages with their pinned versions, sorted by name. */
  externals: { name: string; version: string }[];
};

/** Package name -> its folder relative to the workspace root. */
export type WorkspacePackages = ReadonlyMap<string, string>;

/**
 * Files of a package folder that cannot change what a stage computes. `package.json` is among them because what matters of it,
 * the dependencies, is in the closure itself.
 */
export const NOT_SOURCE = ['**/*.spec.ts', '**/*.md', '**/testdata/**', 'package.json'] as const;

/** `NOT_SOURCE` for one path inside a package folder; also false for what git ignores (Nx does not see those files at all). */
export function isSource(path: string): boolean {
  const steps = path.split('/');
  const ignored = steps.some(
    (s) => s.startsWith('.') || ['testdata', 'node_modules', 'build', 'dist', 'coverage'].includes(s),
  );
  return !ignored && path !== 'package.json' && !path.endsWith('.spec.ts') && !path.endsWith('.md');
}

/**
 * Packages that `libs/stages/<kind>` is built from: itself and everything that it reaches through the `dependencies` of package.json files.
 *
 * @throws ItoolError bad_config for an unknown kind, a dependency that the workspace lacks, or a version that is not exact
 */
export function sourceClosure(kind: string, packages: WorkspacePackages, readText: ReadText): SourceClosure {
  const own = `libs/stages/${kind}`;
  if (readText(`${own}/package.json`) === undefined) throw unknownKind(kind, packages);
  return closureOf([own], packages, readText);
}

/**
 * Folders of the packages that the parameter schema of a kind is made of, besides its params.ts: a default that changes there changes
 * the definition of a stage though no JSON field of it has changed.
 *
 * @throws ItoolError bad_config when params.ts imports a file of its own package
 */
export function schemaFolders(kind: string, packages: WorkspacePackages, readText: ReadText): string[] {
  const file = kindPath(kind);
  const imported = [...(readText(file) ?? '').matchAll(/\bfrom '([^']+)'/g)].map((match) => match[1]!);
  const relative = imported.find((name) => name.startsWith('.'));
  if (relative !== undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${file}: imports a file: ${relative} (valid: packages)`,
      hint: 'Cache keys are computed from its imports: keep the schema in params.ts, or in a library.',
    });
  }
  return closureOf(
    imported.flatMap((name) => packages.get(name) ?? []),
    packages,
    readText,
  ).folders;
}

/** Module that exports the parameter schema of a kind, relative to the workspace root. */
export function kindPath(kind: string): string {
  return `libs/stages/${kind}/src/params.ts`;
}

export function unknownKind(kind: string, packages: WorkspacePackages): ItoolError {
  const kinds = [...packages.values()]
    .filter((f) => f.startsWith('libs/stages/'))
    .map((f) => f.slice('libs/stages/'.length));
  return new ItoolError({
    code: 'bad_config',
    message: `pipeline: unknown kind of stage: ${JSON.stringify(kind)} (valid: ${kinds.sort().join(', ')})`,
    hint: 'Correct "kind", or add the folder below libs/stages.',
  });
}

function closureOf(start: readonly string[], packages: WorkspacePackages, readText: ReadText): SourceClosure {
  const folders = new Set<string>();
  const externals = new Map<string, string>();
  const visit = (folder: string): void => {
    if (folders.has(folder)) return;
    folders.add(folder);
    const manifest = JSON.parse(readText(`${folder}/package.json`) ?? '{}') as {
      dependencies?: Record<string, string>;
    };
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      const local = packages.get(name);
      if (local !== undefined) visit(local);
      else if (name.startsWith('@itool/')) fail(folder, `names a package that the workspace does not have: ${name}`);
      else if (!/^\d+\.\d+\.\d+(?:[-+].+)?$/.test(version)) fail(folder, `version is not exact: ${name}@${version}`);
      else externals.set(name, version);
    }
  };
  start.forEach(visit);
  return {
    folders: [...folders].sort(),
    externals: [...externals].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function fail(folder: string, why: string): never {
  throw new ItoolError({
    code: 'bad_config',
    message: `pipeline: ${folder}/package.json: dependencies: ${why}`,
    hint: 'Cache keys are computed from this list: name workspace packages that exist and exact versions.',
  });
}
