import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobPath, openStore } from '@itool/artifact';
import { type Gateway, type GatewayCounts, readCacheSettings, startGateway } from '@itool/cache-gateway';
import type { Terminal } from '../terminal.ts';
import { bytesText } from '../text/quantities.ts';

/** A gateway for as long as something runs, and the environment that sends Nx and the stages to it. */
export type RunGateway = { gateway: Gateway; env: NodeJS.ProcessEnv };

/**
 * Starts the gateway to the team cache when one is configured. Never throws: with wrong settings, or no port to be had, a run goes on
 * without a team cache and says so.
 */
export async function openRunGateway(
  terminal: Terminal,
  fixed: { port?: number; token?: string } = {},
): Promise<RunGateway | undefined> {
  const warn = (line: string): void => terminal.err(`${line}\n`);
  try {
    const settings = readCacheSettings(process.env);
    if (settings === undefined) return undefined;
    const store = openStore();
    const gateway = await startGateway({
      ...{ settings, warn, ...fixed, ...checkedOut(terminal.workspace) },
      hasBlob: (sha256) => existsSync(blobPath(store, sha256)),
      onHit: (statement, signer) => rememberHit(terminal.workspace, statement.hash, { ...statement, signer }),
    });
    return { gateway, env: gatewayEnvironment(gateway) };
  } catch (error) {
    warn(`cache: going on without the team cache: ${(error as Error).message}`);
    return undefined;
  }
}

/** Variables for Nx and for stages. The token of the server stays with the gateway. */
export function gatewayEnvironment({ url, token }: Pick<Gateway, 'url' | 'token'>): NodeJS.ProcessEnv {
  const { ITOOL_CACHE_TOKEN: _secret, ...env } = process.env;
  const direct = [process.env['NO_PROXY'] || process.env['no_proxy'], '127.0.0.1'].filter(Boolean).join(',');
  return {
    ...env,
    NX_SELF_HOSTED_REMOTE_CACHE_SERVER: url,
    NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token,
    ITOOL_CACHE_GATEWAY: url,
    ITOOL_CACHE_GATEWAY_TOKEN: token,
    NO_PROXY: direct,
    no_proxy: direct,
  };
}

/** `24 remote hits, 0 misses, 0 refused; 12.3 kB received, 0 B sent` */
export function countsLine(counts: GatewayCounts): string {
  const { hits, misses, rejected, written, blobs_fetched, blobs_pushed, received, sent } = counts;
  return [
    `${hits} remote hits, ${misses} misses, ${rejected} refused, ${written} written`,
    `${blobs_fetched} blobs fetched, ${blobs_pushed} pushed`,
    `${bytesText(received)} received, ${bytesText(sent)} sent`,
  ].join('; ');
}

/** Who made what this checkout took from the team: `.itool/remote-cache/<hash of the task>.json`. */
function rememberHit(workspace: string, hash: string, statement: object): void {
  try {
    const folder = join(workspace, '.itool', 'remote-cache');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${hash}.json`), `${JSON.stringify(statement, null, 1)}\n`);
  } catch {
    // For people to read; a full disk is told by what needs the space.
  }
}

function checkedOut(workspace: string): { commit?: string; ref?: string } {
  const git = (...args: string[]): string | undefined => {
    try {
      const text = execFileSync('git', args, { cwd: workspace, encoding: 'utf8', stdio: 'pipe' }).trim();
      return text === '' ? undefined : text;
    } catch {
      return undefined;
    }
  };
  return { commit: git('rev-parse', 'HEAD'), ref: git('symbolic-ref', '--short', 'HEAD') };
}
