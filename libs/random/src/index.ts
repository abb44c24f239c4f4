export { chooseByHash } from './choose-by-hash.ts';
export { philox4x32 } from './philox.ts';
export { type RandomState, type RandomStream, randomStream, restoreStream } from './random-stream.ts';
export { seedFrom } from './seed-from.ts';
