import { readFileSync } from 'node:fs';
import { type FindFile, openCheckpoint, readAdapter, weightFiles } from '@itool/checkpoint';
import { parseLlamaConfig } from '@itool/nn';
import { ItoolError, type JsonObject } from '@itool/record';
import type { StageInput } from '@itool/stage';
import { FORMAT_FILES, type Policy, policyFormat } from './policy.ts';

/** The model folder that a stage wrote with `writePolicy`. */
export function readPolicy(input: StageInput): Policy {
  return readModelFolder((name) => (input.has(name) ? input.path(name) : undefined));
}

/**
 * A Hugging Face model folder, with the adapter that lies in it. Weights are read when they are asked for.
 *
 * @throws ItoolError that names the file: `missing_file`, `bad_config`, `corrupt_artifact`
 */
export function readModelFolder(find: FindFile): Policy {
  const text = (name: string): string => {
    const path = find(name);
    if (path !== undefined) return readFileSync(path, 'utf8');
    throw new ItoolError({
      code: 'missing_file',
      message: `policy: model folder has no ${name}`,
      hint: 'A model folder holds config.json, tokenizer.json, tokenizer_config.json, a chat template and safetensors weights.',
    });
  };
  const present = FORMAT_FILES.filter((name) => find(name) !== undefined);
  const config_json = parseJson('config.json', text('config.json')) as JsonObject;
  return {
    ...policyFormat(Object.fromEntries(present.map((name) => [name, text(name)]))),
    config: parseLlamaConfig(config_json),
    config_json,
    weights: openCheckpoint(find),
    weight_files: Object.fromEntries(weightFiles(find).map((name) => [name, find(name)!])),
    lora: find('adapter_config.json') === undefined ? null : readAdapter(find),
  };
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ItoolError({ code: 'corrupt_artifact', message: `policy: file is no JSON: ${name}`, cause });
  }
}
