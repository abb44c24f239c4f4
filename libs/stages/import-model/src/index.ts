import { extname } from 'node:path';
import {
  ADAPTER_CONFIG_FILE,
  ADAPTER_FILE,
  type FindFile,
  filesOfFolder,
  loraScale,
  weightFiles,
} from '@itool/checkpoint';
import { checkWeights } from '@itool/nn';
import { FORMAT_FILES, readModelFolder } from '@itool/policy';
import { ItoolError } from '@itool/record';
import { outsidePath, type StageDefinition } from '@itool/stage';
import { type Params, paramsSchema } from './params.ts';

/**
 * Brings a Hugging Face model folder in, each file an output under its own name, after a look at all of it that reads no weights:
 * configuration, tokenizer, template, names and shapes of the weights, adapter. Nx cannot see the folder, so this stage runs every time;
 * the store remembers digests, and what depends on it reruns only when bytes have changed.
 */
export const stage: StageDefinition<Params> = {
  kind: 'import-model',
  params: paramsSchema,
  device: 'none',
  run: ({ params, out, workspace, log }) => {
    const folder = outsidePath(params.path, workspace, process.env);
    const inFolder = filesOfFolder(folder);
    const inAdapter =
      params.adapter === undefined ? null : filesOfFolder(outsidePath(params.adapter, workspace, process.env));
    const find: FindFile = (name) =>
      name === ADAPTER_FILE || name === ADAPTER_CONFIG_FILE ? inAdapter?.(name) : inFolder(name);
    if (inFolder('config.json') === undefined)
      throw new ItoolError({
        code: 'missing_file',
        message: `import-model: folder has no config.json: ${folder}`,
        hint: 'Give the folder of one model as transformers saves it (for a hub cache: the folder below snapshots/).',
      });
    if (inAdapter !== null && inAdapter(ADAPTER_CONFIG_FILE) === undefined)
      throw new ItoolError({
        code: 'missing_file',
        message: `import-model: adapter folder has no ${ADAPTER_CONFIG_FILE}: ${params.adapter}`,
      });
    const { config, weights, lora } = readModelFolder(find);
    checkWeights(config, weights.tensors, lora);

    const names = ['config.json', ...FORMAT_FILES, ...weightFiles(find), ADAPTER_CONFIG_FILE, ADAPTER_FILE];
    for (const name of names) {
      const path = find(name);
      if (path === undefined) continue;
      const { sha256 } = out.file(name, path, extname(name).slice(1));
      const wanted = params.sha256[name];
      if (wanted === undefined || wanted === sha256) continue;
      throw new ItoolError({
        code: 'bad_data',
        message: `import-model: sha256 of ${path} is ${sha256} (wanted: ${wanted})`,
        hint: 'Get the right revision of the model, or put the new digest into pipeline.json.',
      });
    }
    const missing = Object.keys(params.sha256).find((name) => !names.includes(name) || find(name) === undefined);
    if (missing !== undefined)
      throw new ItoolError({
        code: 'missing_file',
        message: `import-model: file with a wanted sha256 is not in the folder: ${missing}`,
      });
    const count = Object.keys(weights.tensors).length;
    log(`${config.model_type}, ${config.num_hidden_layers} layers, ${count} tensors`);
    if (lora !== null) log(`adapter of rank ${lora.r}, scale ${loraScale(lora)}`);
  },
};
