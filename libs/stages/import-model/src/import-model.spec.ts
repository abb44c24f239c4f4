import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@itool/artifact';
import { readPolicy } from '@itool/policy';
import { collectOutputs, makeInputs } from '@itool/stage';
import { stage } from './index.ts';
import { paramsSchema } from './params.ts';

const TESTDATA = join(__dirname, '..', '..', '..', 'policy', 'testdata');

describe('import-model', () => {
  let workspace: string;
  let model: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'itool-import-model-'));
    model = join(workspace, 'model');
    cpSync(join(TESTDATA, 'llama32'), model, { recursive: true });
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  const run = async (params: Record<string, unknown>) => {
    const store = openStore(join(workspace, 'store'));
    const collected = collectOutputs(store);
    await stage.run({
      params: paramsSchema.parse(params),
      iteration: 0,
      definitions: [],
      inputs: makeInputs(store, []),
      out: collected.outputs,
      progress: () => ({ tick: () => {}, finish: () => {} }),
      log: () => {},
      scratch: workspace,
      workspace,
    });
    const stages = [{ stage: 'base', manifest: collected.manifest() }];
    return makeInputs(store, [{ role: 'policy', list: false, stages }]).stage('policy');
  };

  it('brings the files of the folder in, and those of an adapter', async () => {
    const input = await run({ path: 'model' });
    expect(input.names).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'model-00001-of-00003.safetensors',
      'model-00002-of-00003.safetensors',
      'model-00003-of-00003.safetensors',
      'model.safetensors.index.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const policy = readPolicy(input);
    expect([policy.config.model_type, policy.lora]).toEqual(['llama', null]);
    const { lora } = readPolicy(await run({ path: model, adapter: 'model/adapter' }));
    expect(lora).toMatchObject({ r: 4, lora_alpha: 8, use_rslora: true, lora_dropout: 0.1 });
  });

  it('takes a template that is kept in tokenizer_config.json', async () => {
    const config = JSON.parse(readFileSync(join(model, 'tokenizer_config.json'), 'utf8')) as object;
    const chat_template = readFileSync(join(model, 'chat_template.jinja'), 'utf8');
    rmSync(join(model, 'chat_template.jinja'));
    await expect(run({ path: model })).rejects.toThrow('policy: model has no chat template');
    writeFileSync(join(model, 'tokenizer_config.json'), JSON.stringify({ ...config, chat_template }));
    const { template } = readPolicy(await run({ path: model }));
    const dialogue = { tools: [], messages: [{ role: 'user' as const, content: 'Hi' }] };
    expect(template.renderPrompt(dialogue, { add_generation_prompt: true })).toContain('Hi<|eot_id|>');
  });

  it.each([
    [
      'a shape',
      () => edit('config.json', '"intermediate_size": 112', '"intermediate_size": 96'),
      'mlp.gate_proj.weight has shape [112,64] ([96,64])',
    ],
    [
      'an architecture',
      () => edit('config.json', '"model_type": "llama"', '"model_type": "gemma"'),
      'unknown model_type: "gemma" (llama, qwen2)',
    ],
    [
      'a shard',
      () => rmSync(join(model, 'model-00002-of-00003.safetensors')),
      'weight file is not there: model-00002-of-00003.safetensors',
    ],
    [
      'half a shard',
      () => cut('model-00002-of-00003.safetensors'),
      'model-00002-of-00003.safetensors: truncated tensor',
    ],
    [
      'a place in the index',
      () => edit('model.safetensors.index.json', '00003-of-00003', '00001-of-00003'),
      'model.safetensors.index.json does not place tensor',
    ],
    ['the tokenizer', () => rmSync(join(model, 'tokenizer.json')), 'model folder has no tokenizer.json'],
    ['config.json', () => rmSync(join(model, 'config.json')), 'folder has no config.json'],
    [
      'the eos token',
      () => edit('tokenizer_config.json', '"eos_token": "<|eot_id|>"', '"eos_token": "<|none|>"'),
      'not in the vocabulary: <|none|>',
    ],
  ])('names what is wrong: %s', async (_name, damage, message) => {
    damage();
    await expect(run({ path: model })).rejects.toThrow(message);
  });

  it('refuses another revision, and an adapter of another model', async () => {
    await expect(run({ path: model, sha256: { 'config.json': '0'.repeat(64) } })).rejects.toThrow('(wanted: 000');
    await expect(run({ path: model, sha256: { 'model.safetensors': '0'.repeat(64) } })).rejects.toThrow(
      'not in the folder',
    );
    await expect(run({ path: model, adapter: join(TESTDATA, 'qwen25', 'adapter') })).resolves.toBeDefined();
    edit('adapter/adapter_config.json', '"r": 4', '"r": 2');
    await expect(run({ path: model, adapter: 'model/adapter' })).rejects.toThrow(
      'weights do not fit the adapter configuration: model.layers.0.self_attn.q_proj.lora_A.weight has shape [4,64] ([2,64])',
    );
    edit('adapter/adapter_config.json', '"use_dora": false', '"use_dora": true');
    await expect(run({ path: model, adapter: 'model/adapter' })).rejects.toThrow('use_dora is not supported: true');
  });

  function edit(name: string, from: string, to: string): void {
    const text = readFileSync(join(model, name), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(model, name), text.replace(from, to));
  }

  function cut(name: string): void {
    writeFileSync(join(model, name), readFileSync(join(model, name)).subarray(0, -4));
  }
});
