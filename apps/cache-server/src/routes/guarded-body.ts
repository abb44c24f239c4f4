import { type Readable, Transform } from 'node:stream';

export class StalledBody extends Error {}

/** Slower than this over a whole window counts as stalled: nobody may hold a connection with one byte now and then. */
const SLOWEST_BYTES_PER_SECOND = 1024;

/** Passes `body` on, and fails with StalledBody when too little of it has come in a window of `stall_ms`. */
export function guardedBody(body: Readable, stall_ms: number): Readable {
  let bytes = 0;
  const guard = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      done(null, chunk);
    },
    flush: (done) => {
      clearInterval(timer);
      done();
    },
  });
  const timer = setInterval(() => {
    if (bytes < (SLOWEST_BYTES_PER_SECOND * stall_ms) / 1000) guard.destroy(new StalledBody('body has stalled'));
    bytes = 0;
  }, stall_ms);
  guard.on('close', () => clearInterval(timer));
  // Whoever reads the guard comes later, and an error that nobody hears ends the server.
  guard.on('error', () => {});
  body.on('error', (error) => guard.destroy(error));
  body.on('close', () => body.readableEnded || guard.destroy(new Error('the client went away')));
  return body.pipe(guard);
}
