import * as tf from '@tensorflow/tfjs';
import type { NativeBackendObject } from './kernels.ts';

export interface BackendFingerprint {
  name: string;
  tfjs: string;
  /** instruction set variant of the native kernels */
  isa?: string;
  /** worker threads of the native kernels */
  threads?: number;
}

/** What computed, for provenance: results are byte-identical only where this agrees. */
export function backendFingerprint(): BackendFingerprint {
  const backend = tf.backend() as Partial<NativeBackendObject>;
  return { name: tf.getBackend(), tfjs: tf.version.tfjs, ...backend.fingerprint?.() };
}
