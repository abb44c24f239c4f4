import { writeSafetensors } from '@itool/checkpoint';
import type { LoraAdapter } from '@itool/nn';
import type { StageOutputs } from '@itool/stage';
import type { Policy } from './policy.ts';

/**
 * Writes a complete model folder. Files equal to those of an earlier stage cost nothing: the store is content-addressed.
 *
 * `policy.lora` is an adapter still to be applied on top of the weights; `merged` is one that the weights already contain,
 * kept beside them so that it can be looked at or exported.
 */
export function writePolicy(out: StageOutputs, policy: Policy, merged: LoraAdapter | null = null): void {
  out.json('config.json', policy.config);
  out.text('tokenizer.json', JSON.stringify(policy.tokenizer_json), 'json');
  out.text('chat_template.jinja', policy.chat_template, 'jinja');
  out.bytes('model.safetensors', writeSafetensors(policy.weights), 'safetensors');
  const adapter = policy.lora ?? merged;
  if (adapter === null) return;
  out.bytes('adapter.safetensors', writeSafetensors(adapter.weights), 'safetensors');
  out.json('adapter_config.json', {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    r: adapter.r,
    lora_alpha: adapter.lora_alpha,
    target_modules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    merged: policy.lora === null,
  });
}
