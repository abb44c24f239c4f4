import { type FindFile, openCheckpoint, readAdapter, weightFiles } from '@itool/checkpoint';
import { parseLlamaConfig } from '@itool/nn';
import type { JsonObject } from '@itool/record';
import type { StageInput } from '@itool/stage';
import { FORMAT_FILES, type Policy, policyFormat } from './policy.ts';

/** The model folder that a stage wrote with `writePolicy`. Weights are read when they are asked for. */
export function readPolicy(input: StageInput): Policy {
  const find: FindFile = (name) => (input.has(name) ? input.path(name) : undefined);
  const config_json = input.json<JsonObject>('config.json');
  const present = FORMAT_FILES.filter((name) => input.has(name));
  return {
    ...policyFormat(Object.fromEntries(present.map((name) => [name, input.text(name)]))),
    config: parseLlamaConfig(config_json),
    config_json,
    weights: openCheckpoint(find),
    weight_files: Object.fromEntries(weightFiles(find).map((name) => [name, input.path(name)])),
    lora: input.has('adapter_config.json') ? readAdapter(find) : null,
  };
}
