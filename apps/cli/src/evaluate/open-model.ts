import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Answerer } from '@itool/answer';
import { readManifest } from '@itool/artifact';
import { findStage, listPipelines, resolvePipeline, stageFolder, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { parseTarget } from '../choose-stage.ts';

/** What the option --model may mean. */
export type ModelPlace =
  | { kind: 'endpoint'; url: string }
  | { kind: 'folder'; path: string }
  | { kind: 'stage'; pipeline: string; stage: string };

export type ModelOptions = {
  name?: string;
  device: string;
  maxTokens: number;
  temperature: number;
  timeout: number;
  retries: number;
  concurrency: number;
  apiKeyEnv?: string;
};

/** An address of a server, a model folder, or a stage of a pipeline, tried in this order. */
export function modelPlace(workspace: string, model: string): ModelPlace {
  if (/^https?:\/\//.test(model)) return { kind: 'endpoint', url: model };
  const path = resolve(model);
  if (existsSync(join(path, 'config.json'))) return { kind: 'folder', path };
  const target = parseTarget(model);
  const isPath = model.includes('/') || existsSync(path);
  if (!isPath) {
    const pipeline = choosePipeline(target.pipeline, listPipelines(workspace));
    return {
      kind: 'stage',
      pipeline,
      stage: findStage(resolvePipeline(pipeline, workspaceReader(workspace)), target.stage).name,
    };
  }
  throw new ItoolError({
    code: 'missing_file',
    message: `eval: folder is no model folder: ${model} (it has no config.json)`,
    hint: 'Give a model folder, a stage such as itool.sft-hard, or the address of a server, such as http://localhost:8000/v1',
  });
}

/** The key from the named variable, or from ITOOL_API_KEY or OPENAI_API_KEY when none is named. */
export function readApiKey(name: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const key = name === undefined ? (env['ITOOL_API_KEY'] ?? env['OPENAI_API_KEY']) : env[name];
  if (name === undefined || (key !== undefined && key !== '')) return key === '' ? undefined : key;
  throw new ItoolError({
    code: 'bad_config',
    message: `eval: environment variable for the API key is not set: ${name}`,
    hint: `Set it for this command: ${name}=... npx itool eval ...`,
  });
}

async function openEndpoint(url: string, options: ModelOptions): Promise<Answerer> {
  const [{ createEndpointAnswerer }, { createChatEndpoint }] = await Promise.all([
    import('@itool/answer'),
    import('@itool/chat-endpoint'),
  ]);
  if (options.name === undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: `eval: server needs the name of its model: ${url}`,
      hint: 'Add --name <model>, as the server knows it.',
    });
  }
  const client = createChatEndpoint({
    url,
    model: options.name,
    api_key: readApiKey(options.apiKeyEnv, process.env),
    temperature: options.temperature,
    max_tokens: options.maxTokens,
    timeout_s: options.timeout,
    retries: options.retries,
    fetch,
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  });
  return createEndpointAnswerer(client, { concurrency: options.concurrency });
}

async function openLocal(
  workspace: string,
  place: Exclude<ModelPlace, { kind: 'endpoint' }>,
  options: ModelOptions,
): Promise<Answerer> {
  const [{ createLocalAnswerer }, { readModelFolder, readPolicy }, { useBackend }] = await Promise.all([
    import('@itool/answer'),
    import('@itool/policy'),
    import('@itool/tensor'),
  ]);
  await useBackend(options.device as Parameters<typeof useBackend>[0]);
  const limits = { max_new_tokens: options.maxTokens };
  if (place.kind === 'folder') {
    const find = (name: string) => (existsSync(join(place.path, name)) ? join(place.path, name) : undefined);
    return createLocalAnswerer(readModelFolder(find), limits);
  }
  const { pipeline, stage } = place;
  const manifest = readManifest(join(workspace, stageFolder(pipeline, stage), 'manifest.json'));
  if (manifest === undefined) {
    throw new ItoolError({
      code: 'missing_file',
      message: `eval: stage has no result yet: ${pipeline}.${stage}`,
      hint: `Run it first: npx nx run ${pipeline}.${stage}:run`,
    });
  }
  const [{ openStore }, { makeInputs }] = await Promise.all([import('@itool/artifact'), import('@itool/stage')]);
  const inputs = makeInputs(openStore(), [{ role: 'policy', list: false, stages: [{ stage, manifest }] }]);
  return createLocalAnswerer(readPolicy(inputs.stage('policy')), limits);
}

/** A model as --model names it; its name is that of --name, of the stage, or of the folder. */
export async function openModel(
  workspace: string,
  model: string,
  options: ModelOptions,
): Promise<{ answerer: Answerer; name: string; kind: ModelPlace['kind'] }> {
  const place = modelPlace(workspace, model);
  if (place.kind === 'endpoint') {
    return { answerer: await openEndpoint(place.url, options), name: options.name!, kind: place.kind };
  }
  const own = place.kind === 'stage' ? `${place.pipeline}.${place.stage}` : (place.path.split('/').pop() ?? 'model');
  return { answerer: await openLocal(workspace, place, options), name: options.name ?? own, kind: place.kind };
}
