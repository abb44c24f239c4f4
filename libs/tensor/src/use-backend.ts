import { dirname, sep } from 'node:path';
import { ItoolError } from '@itool/record';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerNativeBackend } from './native/register-native-backend.ts';
import { registerSegmentSum } from './segment-sum-kernel.ts';

export type BackendName = 'native' | 'wasm' | 'cpu';
export type BackendRequest = 'auto' | BackendName;

/** A backend that was not taken, and why. */
export interface SkippedBackend {
  name: BackendName;
  reason: string;
}

export interface ChosenBackend {
  name: BackendName;
  /** one line for people: what was asked for, what was skipped and why */
  reason: string;
  skipped: SkippedBackend[];
}

const PREFERENCE: readonly BackendName[] = ['native', 'wasm', 'cpu'];

/**
 * Makes a tfjs backend current. 'auto' takes the first of native, wasm, cpu that loads; the environment variable ITOOL_BACKEND replaces
 * 'auto' and nothing else. Call it before the first operation.
 * @throws ItoolError when a backend that was asked for by name does not load, or the name is unknown
 */
export async function useBackend(request: BackendRequest): Promise<ChosenBackend> {
  const fromEnvironment = request === 'auto' ? process.env['ITOOL_BACKEND'] : undefined;
  const wanted = parseRequest(fromEnvironment || request);
  const origin = fromEnvironment
    ? `ITOOL_BACKEND=${fromEnvironment}`
    : wanted === 'auto'
      ? 'auto'
      : 'asked for by name';
  registerSegmentSum();
  const skipped: SkippedBackend[] = [];
  for (const name of wanted === 'auto' ? PREFERENCE : [wanted]) {
    const failure = await activate(name);
    if (failure === null) {
      const others = skipped.map((other) => `${other.name} skipped: ${other.reason}`);
      return { name, reason: [origin, ...others].join('; '), skipped };
    }
    skipped.push({ name, reason: failure });
  }
  throw new ItoolError({
    code: 'backend',
    message: `tensor: backend does not load: ${skipped.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}`,
    hint: 'use --backend auto, which takes the best backend that loads',
  });
}

function parseRequest(text: string): BackendRequest {
  const valid: readonly string[] = ['auto', ...PREFERENCE];
  if (valid.includes(text)) return text as BackendRequest;
  throw new ItoolError({
    code: 'bad_config',
    message: `tensor: unknown backend: ${text} (${valid.join(', ')})`,
    hint: 'correct the backend option or the environment variable ITOOL_BACKEND',
  });
}

/** Null when the backend is current now, otherwise the reason why not. */
async function activate(name: BackendName): Promise<string | null> {
  if (name === 'native') {
    const registration = registerNativeBackend();
    if (!registration.ok) return registration.reason;
  }
  if (name === 'wasm') setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  try {
    if (!(await tf.setBackend(name))) return 'tfjs could not initialise it';
    await tf.ready();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  // MathBackendCPU recommends tfjs-node on its first write in Node.
  const backend = tf.backend() as { firstUse?: boolean };
  if (backend.firstUse) backend.firstUse = false;
  return null;
}
