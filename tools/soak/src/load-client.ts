import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';

/**
 * Asks a server for entries from 64 connections until the time is over, and prints what it got as JSON. A process of its own, so that its
 * work is not counted with that of the server. Arguments: JSON of LoadOrder.
 */
export type LoadOrder = {
  url: string;
  token: string;
  /** Path of each entry, its size and, of some, its sha256. */
  entries: { path: string; size: number; sha256?: string }[];
  clients: number;
  seconds: number;
  seed: number;
};

export type LoadResult = { requests: number; bytes: number; errors: string[]; seconds: number };

export async function applyLoad(order: LoadOrder): Promise<LoadResult> {
  const { url, token, entries, clients, seconds, seed } = order;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const result: LoadResult = { requests: 0, bytes: 0, errors: [], seconds: 0 };
  const began = performance.now();
  const one = ({ path, size, sha256 }: LoadOrder['entries'][number]): Promise<string | undefined> =>
    new Promise((resolve) => {
      const asked = request(`${url}${path}`, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
        const hash = sha256 === undefined ? undefined : createHash('sha256');
        let got = 0;
        answer.on('data', (chunk: Buffer) => {
          got += chunk.length;
          hash?.update(chunk);
        });
        answer.on('error', (error) => resolve(error.message));
        answer.on('end', () => {
          result.requests++;
          result.bytes += got;
          if (answer.statusCode !== 200 || got !== size)
            resolve(`${path}: status ${answer.statusCode}, ${got} of ${size} bytes`);
          else resolve(hash !== undefined && hash.digest('hex') !== sha256 ? `${path}: other bytes` : undefined);
        });
      });
      asked.on('error', (error) => resolve(error.message));
      asked.end();
    });
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      // Each client walks through all entries from a place of its own with a step that meets each once.
      for (let i = 0; performance.now() - began < seconds * 1000; i++) {
        const at = (seed + client * 7919 + i * 104_729) % entries.length;
        const error = await one(entries[at]!);
        if (error !== undefined && result.errors.length < 20) result.errors.push(error);
      }
    }),
  );
  agent.destroy();
  return { ...result, seconds: (performance.now() - began) / 1000 };
}

/** Reads the order from stdin and writes the result to stdout. */
export async function main(): Promise<void> {
  let text = '';
  for await (const chunk of process.stdin) text += String(chunk);
  process.stdout.write(JSON.stringify(await applyLoad(JSON.parse(text) as LoadOrder)));
}
