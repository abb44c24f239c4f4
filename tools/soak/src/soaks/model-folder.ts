import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import { copyForPipelines, stagesThatRan } from '../pipeline-copy.ts';
import type { Soak } from '../soak.ts';
import type { WorkspaceCopy } from '../workspace-copy.ts';

const MODEL = join(__dirname, '..', '..', '..', '..', 'libs', 'policy', 'testdata', 'llama32');

/** The pipeline of Llama-3.2-3B on a few rows and one category: stages, parameters and model path are those of the original. */
const SMALL = {
  name: 'small-model',
  extends: '../itool-llama32-3b/pipeline.json',
  stages: {
    'sft-easy': { params: { train_batch_size: 8 } },
    'sft-medium': { params: { train_batch_size: 8 } },
    'sft-hard': { params: { train_batch_size: 8 } },
    'eval-base': { params: { max_new_tokens: 16 } },
    'eval-sft': { params: { max_new_tokens: 16 } },
  },
  iteration: {
    count: 1,
    stages: {
      rank: { params: { band: [0, 0.5] } },
      mine: { params: { max_completion_tokens: 16, include_ground_truth: true } },
      filter: { params: { min_gap: 0, min_chosen_q: null } },
      optimize: { params: { train_batch_size: 8 } },
      eval: { params: { max_new_tokens: 16 } },
    },
  },
};

async function run(checks: Checks): Promise<void> {
  const copy = copyForPipelines();
  try {
    copy.write('pipelines/small-model/pipeline.json', JSON.stringify(SMALL));
    copy.env['ITOOL_DATA'] = writeData(copy);
    copy.env['ITOOL_LLAMA32_3B'] = MODEL;
    const first = await copy.run('small-model');
    checks.equal(
      'a Llama-3.2-shaped folder goes through every stage',
      'everything',
      stagesThatRan(copy, 'small-model', first),
      first.seconds,
    );
    const second = await copy.run('small-model');
    checks.equal(
      'a second run computes nothing',
      'nothing',
      stagesThatRan(copy, 'small-model', second),
      second.seconds,
    );
    const outputs = (stage: string) =>
      Object.keys((JSON.parse(copy.manifest('small-model', stage)) as { outputs: object }).outputs);
    const adapter = ['adapter_config.json', 'adapter_model.safetensors'];
    const kept = (stage: string) =>
      outputs(stage)
        .filter((name) => name.includes('adapter'))
        .sort()
        .join(' ');
    checks.equal('sft-easy hands its adapter on', adapter.join(' '), kept('sft-easy'));
    const merged = adapter.map((name) => `merged-adapter/${name}`).join(' ');
    checks.equal('sft-hard has merged it', merged, kept('sft-hard'));
    checks.equal('optimize-1 has merged its own', merged, kept('optimize-1'));
    delete copy.env['ITOOL_LLAMA32_3B'];
    const without = await copy.run('small-model');
    checks.equal(
      'without ITOOL_LLAMA32_3B the run says so',
      'yes',
      without.output.includes('environment variable is not set: ITOOL_LLAMA32_3B') ? 'yes' : without.output,
    );
  } finally {
    copy.remove();
  }
}

const tool = (i: number) => ({
  name: ['turn_dial', 'set_lamp'][i % 2]!,
  description: 'Sets a device in a room',
  parameters: {
    type: 'dict',
    properties: { room: { type: 'string' }, level: { type: 'integer' } },
    required: ['room', 'level'],
  },
});
const ROOMS = ['attic', 'cellar', 'study', 'hall'];

/** Files under the names that the pipeline imports: rows in ToolACE form, and one question of each category. */
function writeData(copy: WorkspaceCopy): string {
  const folder = join(copy.base, 'data');
  mkdirSync(join(folder, 'toolace'), { recursive: true });
  mkdirSync(join(folder, 'bfcl', 'possible_answer'), { recursive: true });
  const rows = Array.from({ length: 64 }, (_, i) => {
    const calls = Array.from(
      { length: i % 5 === 0 ? 4 : 1 + (i % 2) },
      (_, k) => `${tool(i).name}(room="${ROOMS[(i + k) % 4]}", level=${i})`,
    );
    return {
      system: `Call these functions:\n[${JSON.stringify(tool(i))}]`,
      conversations: [
        { from: 'user', value: `Please set level ${i} in the ${ROOMS[i % 4]}.` },
        { from: 'assistant', value: `[${calls.join(', ')}]` },
      ],
    };
  });
  writeFileSync(join(folder, 'toolace', 'data.json'), JSON.stringify(rows));
  const { stages } = JSON.parse(copy.read('pipelines/itool-llama31-8b/pipeline.json')) as {
    stages: { import: { params: { files: Record<string, { path: string }> } } };
  };
  for (const [name, { path }] of Object.entries(stages.import.params.files)) {
    if (name === 'toolace') continue;
    const id = `${name.split('.')[0]}_0`;
    const row = name.endsWith('.answers')
      ? { id, ground_truth: [{ turn_dial: { room: ['attic'], level: [3] } }] }
      : { id, question: [[{ role: 'user', content: 'Set level 3 in the attic.' }]], function: [tool(0)] };
    writeFileSync(path.replace(/^\$\{ITOOL_DATA\}/, folder), `${JSON.stringify(row)}\n`);
  }
  return folder;
}

export const modelFolder: Soak = {
  name: 'model-folder',
  about: 'a Llama-3.2-shaped model folder through every stage of pipelines/itool-llama32-3b, at smoke size',
  run,
};
