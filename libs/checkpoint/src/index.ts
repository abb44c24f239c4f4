export {
  type FindFile,
  filesOfFolder,
  INDEX_FILE,
  openCheckpoint,
  WEIGHTS_FILE,
  weightFiles,
  writeCheckpoint,
} from './checkpoint-folder.ts';
export { openSafetensors } from './open-safetensors.ts';
export {
  ADAPTER_CONFIG_FILE,
  ADAPTER_FILE,
  adapterFiles,
  isTarget,
  type LoraAdapter,
  type LoraConfig,
  loraScale,
  parsePeftConfig,
  readAdapter,
} from './peft-adapter.ts';
export { readSafetensors } from './read-safetensors.ts';
export { type SafetensorsDtype, type SafetensorsTensor, sizeOf, type WeightTensor } from './safetensor.ts';
export { needTensor, readAll, readPieces, type WeightSource, weightsInMemory } from './weight-source.ts';
export { type GgufTensor, type GgufType, type GgufValue, writeGguf } from './write-gguf.ts';
export { writeSafetensors, writeSafetensorsFile } from './write-safetensors.ts';
