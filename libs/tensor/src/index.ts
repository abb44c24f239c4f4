export * as tf from '@tensorflow/tfjs';
export { type AttentionOptions, attention } from './attention.ts';
export { type BackendFingerprint, backendFingerprint } from './backend-fingerprint.ts';
export { checkpoint } from './checkpoint.ts';
export {
  createDecoder,
  type Decoder,
  type DecoderLayerWeights,
  type DecoderLinear,
  type DecoderResult,
  type DecoderRows,
  type DecoderSample,
  type DecoderShape,
  type DecoderWeights,
  fmaRate,
} from './decoder.ts';
export { embed } from './embed.ts';
export { frozenWeight, storedValues } from './frozen-weight.ts';
export { hasKernel, runFused } from './fused-kernel.ts';
export type {
  FusedKernelName,
  FusedKernels,
  KvArena,
  KvArenaShape,
  KvAttendPlan,
  NativeBackendObject,
  WeightStorage,
} from './kernels.ts';
export { createKvCache, type KvCache } from './kv-cache.ts';
export { linear } from './linear.ts';
export { type LoraLinearOptions, loraLinear } from './lora-linear.ts';
export { rmsNorm } from './rms-norm.ts';
export { rope } from './rope.ts';
export { type RopeOptions, type RopeScaling, ropeFrequencies } from './rope-frequencies.ts';
export { sumSquares } from './sum-squares.ts';
export { swiGlu } from './swi-glu.ts';
export { tokenLogProbs } from './token-log-probs.ts';
export {
  type BackendName,
  type BackendRequest,
  type ChosenBackend,
  type SkippedBackend,
  useBackend,
} from './use-backend.ts';
export { valueAndGrads } from './value-and-grads.ts';
export { valueHead } from './value-head.ts';
