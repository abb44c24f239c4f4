import { readSafetensors } from '@itool/checkpoint';
import { type LoraConfig, parseLlamaConfig } from '@itool/nn';
import type { StageInput } from '@itool/stage';
import type { TokenizerJson } from '@itool/tokenizer';
import { type Policy, policyFormat } from './policy.ts';

/** The model folder that a stage wrote with `writePolicy`. */
export function readPolicy(input: StageInput): Policy {
  const format = policyFormat(input.json<TokenizerJson>('tokenizer.json'), input.text('chat_template.jinja'));
  const lora = input.has('adapter.safetensors')
    ? {
        ...input.json<LoraConfig & { merged: boolean }>('adapter_config.json'),
        weights: readSafetensors(input.bytes('adapter.safetensors')).tensors,
      }
    : null;
  return {
    ...format,
    config: parseLlamaConfig(input.json('config.json')),
    weights: readSafetensors(input.bytes('model.safetensors')).tensors,
    lora: lora === null || lora.merged ? null : { r: lora.r, lora_alpha: lora.lora_alpha, weights: lora.weights },
  };
}
