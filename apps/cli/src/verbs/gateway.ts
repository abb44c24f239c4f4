import { spawn } from 'node:child_process';
import { ItoolError } from '@itool/record';
import { countsLine, openRunGateway } from '../cache/run-gateway.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Without a command: serves until a signal comes. With one: runs it with the gateway and ends with its exit code. Should there be no team
 * cache to be had, the command runs without.
 */
export async function gatewayVerb(
  terminal: Terminal,
  command: readonly string[],
  options: { port?: number },
): Promise<void> {
  const [program, ...args] = command;
  const token = process.env['ITOOL_CACHE_GATEWAY_TOKEN'];
  const opened = await openRunGateway(terminal, { ...(token ? { token } : {}), ...options });
  if (program === undefined) {
    if (opened === undefined) {
      throw new ItoolError({
        code: 'bad_config',
        message: 'cli: gateway: no team cache is configured',
        hint: 'Put its address into ~/.itool/cache.json or ITOOL_CACHE_SERVER; apps/cache-server/README.md tells how.',
      });
    }
    const { url, token: asked } = opened.gateway;
    for (const [name, value] of [
      ['NX_SELF_HOSTED_REMOTE_CACHE_SERVER', url],
      ['NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN', asked],
      ['ITOOL_CACHE_GATEWAY', url],
      ['ITOOL_CACHE_GATEWAY_TOKEN', asked],
    ])
      terminal.out(`${name}=${value}\n`);
    await new Promise((resolve) => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    await opened.gateway.close();
    return;
  }
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: opened?.env ?? process.env });
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? 1));
  }).finally(() => opened?.gateway.close());
  if (opened !== undefined) terminal.err(`cache: ${countsLine(opened.gateway.counts)}\n`);
  terminal.exit(code);
}
