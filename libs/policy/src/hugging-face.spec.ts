import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterFiles, filesOfFolder, type LoraAdapter, readAdapter } from '@itool/checkpoint';
import { createGenerator } from '@itool/generation';
import { flatBatch, forward, loadModel, logits, type Model } from '@itool/nn';
import type { Message, Tool } from '@itool/record';
import { tf, useBackend } from '@itool/tensor';
import { mergePolicy } from './policy.ts';
import { readModelFolder } from './read-policy.ts';

type Outputs = { positions: number[]; logits: string; greedy: number[] };
type Expected = Outputs & {
  ids: number[];
  adapter: Outputs;
  strings: number[][];
  dialogues: { ids: number[]; assistant_mask: number[]; prompt_ids: number[] }[];
};
type Source = { strings: string[]; dialogues: { tools: { function: Tool }[]; messages: Message[] }[] };

const source = JSON.parse(
  readFileSync(join(__dirname, '..', '..', '..', 'tools', 'checkpoint-fixtures', 'texts.json'), 'utf8'),
) as Source;

// What transformers and peft compute from these folders; see tools/checkpoint-fixtures.
describe.each(['llama32', 'qwen25'])('%s', (family) => {
  const folder = join(__dirname, '..', 'testdata', family);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
  const policy = readModelFolder(filesOfFolder(folder));
  const adapter = readAdapter(filesOfFolder(join(folder, 'adapter')));
  beforeAll(async () => {
    await useBackend('auto');
  });

  const expectOutputs = async (model: Model, outputs: Outputs) => {
    const found = tf.tidy(() => logits(model, forward(model, flatBatch([expected.ids]))).arraySync());
    const bytes = Buffer.from(outputs.logits, 'base64');
    const wanted = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const { vocab_size } = policy.config;
    let largest = 0;
    for (const [p, position] of outputs.positions.entries())
      for (let v = 0; v < vocab_size; v++)
        largest = Math.max(largest, Math.abs(found[position]![v]! - wanted[p * vocab_size + v]!));
    expect(largest).toBeLessThan(1e-4);

    const generator = createGenerator(model);
    const samples = await generator.generate([
      {
        prompt_ids: expected.ids,
        streams: [],
        temperature: 0,
        top_p: 1,
        top_k: 0,
        max_new_tokens: 200,
        stop_token_ids: [],
      },
    ]);
    generator.dispose();
    model.dispose();
    expect(samples[0]![0]!.token_ids).toEqual(outputs.greedy);
  };

  it('computes the logits of transformers and the same 200 greedy tokens', async () => {
    await expectOutputs(loadModel({ config: policy.config, weights: policy.weights }), expected);
  });

  it('computes those of peft with its adapter, on top and merged', async () => {
    const { config, weights } = policy;
    await expectOutputs(loadModel({ config, weights, lora: adapter }), expected.adapter);
    await expectOutputs(loadModel({ config, weights: mergePolicy(policy, adapter).weights }), expected.adapter);
  });

  it('writes an adapter as peft does', () => {
    const { config, weights } = adapterFiles(adapter, family);
    const written = JSON.parse(readFileSync(join(folder, 'adapter', 'adapter_config.json'), 'utf8')) as LoraAdapter;
    for (const [key, value] of Object.entries(config)) expect({ [key]: value }).toEqual({ [key]: written[key as 'r'] });
    expect(Buffer.from(weights).equals(readFileSync(join(folder, 'adapter', 'adapter_model.safetensors')))).toBe(true);
  });

  it('encodes strings as the tokenizers library', () => {
    expect(source.strings.map((text) => policy.tokenizer.encode(text))).toEqual(expected.strings);
  });

  it.each(source.dialogues.map((_, i) => i))(
    'renders dialogue %i as transformers, and finds its assistant spans',
    (i) => {
      const { messages, tools: wrapped } = source.dialogues[i]!;
      const tools = wrapped.map((tool) => tool.function);
      const { ids, spans } = policy.template.encodeDialogue({ tools, messages });
      const mask = ids.map((_, t) => Number(spans.some(({ start, end }) => t >= start && t < end)));
      expect(policy.tokenizer.decode(ids)).toBe(policy.tokenizer.decode(expected.dialogues[i]!.ids));
      expect({ ids, mask }).toEqual({ ids: expected.dialogues[i]!.ids, mask: expected.dialogues[i]!.assistant_mask });
      expect(policy.template.encodePrompt({ tools, messages: messages.slice(0, -1) })).toEqual(
        expected.dialogues[i]!.prompt_ids,
      );
    },
  );

  it('stops where generation_config.json says', () => {
    expect(policy.stop_token_ids).toHaveLength(2);
    expect(policy.stop_token_ids[0]).toBe(policy.tokenizer.eos_id);
  });
});
