import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { Command } from 'commander';
import { brokenAuditLine } from './access/audit-log.ts';
import { digestOfSecret, ROLES, type Role, readTokens, writeTokens } from './access/tokens.ts';
import { readConfig, stateFiles } from './config.ts';
import { startServer } from './server.ts';

type ConfigOption = { config?: string };

/** The command `cache-server`: serve, token add|list|remove, audit. */
export function makeProgram(out: (text: string) => void): Command {
  const program = new Command('cache-server').description('Shares what itool has computed with a team.');
  const command = (name: string, about: string, parent = program): Command =>
    parent.command(name).description(about).option('--config <file>', 'configuration; the README lists its fields');

  command('serve', 'serve until SIGTERM or SIGINT')
    .option('--port <port>', 'instead of that of the configuration', Number)
    .action(async ({ config, port }: ConfigOption & { port?: number }) => {
      const read = readConfig(config);
      const server = await startServer(port === undefined ? read : { ...read, port });
      out(`cache-server: listening at ${server.url}\n`);
      const stop = (): void => {
        out('cache-server: stopping\n');
        void server.stop();
      };
      process.once('SIGTERM', stop);
      process.once('SIGINT', stop);
    });

  const token = program.command('token').description('who may do what; a running server sees changes within a second');
  command('add', 'make a token and print its secret, which is kept nowhere', token)
    .argument('<name>', 'shown in the audit log')
    .requiredOption('--role <role>', ROLES.join(', '))
    .option('--scope <scope>', 'of role write-scope: branch or pull request')
    .option('--days <days>', 'valid for so many days', Number)
    .action(
      (name: string, { config, role, scope, days }: ConfigOption & { role: Role; scope?: string; days?: number }) => {
        const read = readConfig(config);
        mkdirSync(read.folder, { recursive: true });
        const path = stateFiles(read).tokens;
        const tokens = readTokens(path);
        if (tokens.some((t) => t.name === name))
          throw new Error(`cache-server: there is a token of this name: ${name}`);
        const secret = `itc_${randomBytes(32).toString('base64url')}`;
        writeTokens(path, [
          ...tokens,
          {
            ...{ name, role, sha256: digestOfSecret(secret) },
            ...(scope === undefined ? {} : { scope }),
            ...(days === undefined ? {} : { expires: Date.now() + days * 24 * 3600 * 1000 }),
          },
        ]);
        out(`${secret}\n`);
      },
    );
  command('list', 'names and roles', token).action(({ config }: ConfigOption) => {
    for (const { name, role, scope } of readTokens(stateFiles(readConfig(config)).tokens))
      out(`${name}  ${role}${scope === undefined ? '' : `:${scope}`}\n`);
  });
  command('remove', 'end the validity of a token', token)
    .argument('<name>')
    .action((name: string, { config }: ConfigOption) => {
      const path = stateFiles(readConfig(config)).tokens;
      const tokens = readTokens(path);
      const left = tokens.filter((t) => t.name !== name);
      if (left.length === tokens.length) throw new Error(`cache-server: no such token: ${name}`);
      writeTokens(path, left);
    });

  command('audit', 'check that no line of the audit log was changed or removed').action(({ config }: ConfigOption) => {
    const line = brokenAuditLine(stateFiles(readConfig(config)).audit);
    out(line === 0 ? 'the chain of the audit log holds\n' : `the audit log was changed at or before line ${line}\n`);
    if (line !== 0) process.exitCode = 1;
  });
  return program;
}

/** Runs one command line; sets the exit code instead of exiting, so that output is written to its end. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await makeProgram((text) => process.stdout.write(text)).parseAsync(argv, { from: 'user' });
  } catch (thrown) {
    const { message, hint } = thrown as Error & { hint?: string };
    process.stderr.write(`error: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
    process.exitCode = 1;
  }
}
