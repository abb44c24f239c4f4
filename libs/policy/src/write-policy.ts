import { mkdirSync, rmSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ADAPTER_CONFIG_FILE, ADAPTER_FILE, adapterFiles, type LoraAdapter, writeCheckpoint } from '@itool/checkpoint';
import type { StageOutputs } from '@itool/stage';
import type { Policy } from './policy.ts';

/**
 * Writes a complete model folder, each output named as its file. Files equal to those of an earlier stage cost nothing: the store is
 * content-addressed. Weights that are in no file yet are written below `scratch` first, as fp32.
 *
 * `policy.lora` is an adapter still to be applied on top of the weights, in PEFT's two files; `merged` is one that the weights already
 * contain, kept beside them in the folder `merged-adapter` so that it can be looked at or exported.
 */
export function writePolicy(
  out: StageOutputs,
  policy: Policy,
  options: { scratch: string; merged?: LoraAdapter },
): void {
  out.json('config.json', policy.config_json);
  for (const [name, text] of Object.entries(policy.files)) out.text(name, text, extname(name).slice(1));
  for (const [name, path] of Object.entries(policy.weight_files ?? {})) out.file(name, path, extname(name).slice(1));
  if (policy.weight_files === null) {
    const folder = join(options.scratch, 'model');
    mkdirSync(folder, { recursive: true });
    for (const name of writeCheckpoint(folder, policy.weights, { dtype: 'F32' }))
      out.file(name, join(folder, name), extname(name).slice(1));
    rmSync(folder, { recursive: true });
  }
  if (policy.lora !== null) writeAdapter(out, '', policy.lora);
  if (options.merged !== undefined) writeAdapter(out, 'merged-adapter/', options.merged);
}

function writeAdapter(out: StageOutputs, folder: string, adapter: LoraAdapter): void {
  const { config, weights } = adapterFiles(adapter);
  out.bytes(`${folder}${ADAPTER_FILE}`, weights, 'safetensors');
  out.json(`${folder}${ADAPTER_CONFIG_FILE}`, config);
}
