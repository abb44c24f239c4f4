export { type FlatBatch, flatBatch } from './flat-batch.ts';
export { type CachePlan, forward, forwardCached, logits, targetLogProbs } from './forward.ts';
export { initWeights } from './init-weights.ts';
export { headDim, type LlamaConfig, llamaConfigSchema, parseLlamaConfig } from './llama-config.ts';
export { initLora, type LoraAdapter, type LoraConfig, loraShapes, mergeLora } from './lora.ts';
export { headWeight, loadModel, type Model, readTensors, trainableParams } from './model.ts';
export { countLoraParameters, countParameters, flopsPerToken } from './model-cost.ts';
export { linearShapes, weightShapes } from './weight-shapes.ts';
