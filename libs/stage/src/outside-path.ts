import { isAbsolute, join } from 'node:path';
import { ItoolError } from '@itool/record';

/**
 * Path of an outside file: fills in `${VAR}` and puts relative paths below the workspace.
 *
 * @throws ItoolError bad_config that says which variable is not set and what it should hold
 */
export function outsidePath(
  path: string,
  workspace: string,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const filled = path.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => {
    const value = env[name];
    if (value) return value;
    throw new ItoolError({
      code: 'bad_config',
      message: `import: environment variable is not set: ${name} (used in path ${JSON.stringify(path)})`,
      hint: `Set ${name} so that ${path.replace(whole, `$${name}`)} is the file, for example: export ${name}=/folder/that/holds/it`,
    });
  });
  return isAbsolute(filled) ? filled : join(workspace, filled);
}
