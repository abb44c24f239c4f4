import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What happens to connections from now on. */
export type Fault =
  | 'none'
  /** Reset as soon as something is asked. */
  | 'reset'
  /** Taken, and never answered. */
  | 'stall'
  /** The answer ends after some bytes of its body. */
  | 'cut';

export type FaultProxy = {
  url: string;
  set: (fault: Fault) => void;
  /** Told of the beginning of everything that is asked or answered. */
  onChunk: (listener: ((from: 'client' | 'server', chunk: Buffer) => void) | undefined) => void;
  close: () => Promise<void>;
};

const CUT_AFTER = 600;

/** Stands between a gateway and the server of a team and does to the bytes what bad networks do. */
export async function startFaultProxy(target: () => string): Promise<FaultProxy> {
  let fault: Fault = 'none';
  let listener: ((from: 'client' | 'server', chunk: Buffer) => void) | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target()).port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      listener?.('client', chunk);
      if (fault === 'reset') client.resetAndDestroy();
      else if (fault !== 'stall') upstream.write(chunk);
    });
    let sent = 0;
    upstream.on('data', (chunk) => {
      listener?.('server', chunk);
      sent += chunk.length;
      if (fault !== 'cut' || sent < CUT_AFTER) client.write(chunk);
      else client.end(chunk.subarray(0, 100));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (next) => {
      fault = next;
      for (const socket of sockets) socket.destroy();
    },
    onChunk: (next) => {
      listener = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
