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
  visit(own);
  return {
    folders: [...folders].sort(),
    externals: [...externals].map(([name, version]) => ({ name, version })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
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

function fail(folder: string, why: string): never {
  throw new ItoolError({
    code: 'bad_config',
    message: `pipeline: ${folder}/package.json: dependencies: ${why}`,
    hint: 'Cache keys are computed from this list: name workspace packages that exist and exact versions.',
  });
}
