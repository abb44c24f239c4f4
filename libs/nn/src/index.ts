export { type FlatBatch, flatBatch } from './flat-batch.ts';
export { type CachePlan, forward, forwardCached, logits, targetLogProbs } from './forward.ts';
export { initWeights } from './init-weights.ts';
export { headDim, type LlamaConfig, parseLlamaConfig } from './llama-config.ts';
export { adaptedLayers, initLora, loraShapes, mergeLora } from './lora.ts';
export { checkWeights, headWeight, loadModel, type Model, readTensors, trainableParams } from './model.ts';
export { countLoraParameters, countParameters, flopsPerToken } from './model-cost.ts';
export { ropeFactors } from './rope-factors.ts';
export { type LinearShape, linearShapes, weightShapes } from './weight-shapes.ts';
