import * as tf from '@tensorflow/tfjs';
import { loadAddon } from './addon.ts';
import { fusedKernels } from './fused-kernels.ts';
import { NativeBackend } from './native-backend.ts';
import { plainKernels } from './plain-kernels.ts';

/** What registering the native addon came to: its description, or why it cannot be used. */
export type NativeRegistration = { ok: true; isa: string; threads: number } | { ok: false; reason: string };

let registered: NativeRegistration | null = null;

/**
 * Registers the tfjs backend 'native': the addon's kernels, and every kernel of the cpu backend for the rest. Register additions to the
 * cpu backend first. The number of threads is ITOOL_THREADS, or the physical cores that the process may use.
 */
export function registerNativeBackend(): NativeRegistration {
  registered ??= register();
  return registered;
}

function register(): NativeRegistration {
  const loaded = loadAddon();
  if (!loaded.ok) return loaded;
  const wanted = Number(process.env['ITOOL_THREADS'] || 0);
  if (!Number.isInteger(wanted) || wanted < 0)
    return { ok: false, reason: `ITOOL_THREADS is not a number of threads: ${process.env['ITOOL_THREADS']}` };
  const threads = loaded.addon.setThreads(wanted);
  const backend = new NativeBackend(loaded.addon, threads);
  tf.registerBackend('native', () => backend);
  registerKernels(backend);
  return { ok: true, isa: loaded.addon.isa, threads };
}

function registerKernels(backend: NativeBackend): void {
  const attempts = plainKernels(backend);
  for (const config of tf.getKernelsForBackend('cpu')) {
    const { kernelName, kernelFunc } = config;
    const attempt = attempts[kernelName];
    tf.registerKernel({
      ...config,
      backendName: 'native',
      kernelFunc: (call) => {
        const inputs = call.inputs as Record<string, tf.TensorInfo>;
        const done = attempt?.(inputs, call.attrs ?? {});
        if (done) return done;
        try {
          return kernelFunc(call);
        } finally {
          for (const input of Object.values(inputs)) backend.forgetLarge(input);
        }
      },
    });
  }
  for (const [kernelName, implementation] of Object.entries(fusedKernels(backend))) {
    const run = implementation as unknown as (inputs: unknown, attrs: unknown) => tf.TensorInfo[];
    tf.registerKernel({
      kernelName,
      backendName: 'native',
      kernelFunc: ({ inputs, attrs }) => run(inputs, attrs),
    });
  }
}
