export { readSafetensors } from './read-safetensors.ts';
export type { SafetensorsDtype, SafetensorsTensor, WeightTensor } from './safetensor.ts';
export { writeSafetensors } from './write-safetensors.ts';
