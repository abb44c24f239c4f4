import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GGMLQuantizationType, gguf } from '@huggingface/gguf';
import { filesOfFolder, readAdapter } from '@itool/checkpoint';
import { exportGguf } from './export-gguf.ts';
import { mergePolicy } from './policy.ts';
import { readModelFolder } from './read-policy.ts';

const TESTDATA = join(__dirname, '..', 'testdata');

describe('exportGguf', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-gguf-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['llama32', 'qwen25'])('writes a file that the reader of Hugging Face understands: %s', async (family) => {
    const policy = readModelFolder(filesOfFolder(join(TESTDATA, family)));
    for (const type of ['F16', 'BF16', 'Q8_0'] as const) {
      const path = join(folder, type);
      exportGguf(policy, path, type);
      const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
      const arch = policy.config.model_type;
      expect(metadata).toMatchObject({
        version: 3,
        'general.architecture': arch,
        [`${arch}.block_count`]: 2,
        [`${arch}.attention.head_count_kv`]: 2,
        'tokenizer.ggml.pre': family === 'llama32' ? 'llama-bpe' : 'qwen2',
        'tokenizer.ggml.eos_token_id': policy.tokenizer.eos_id,
      });
      expect((metadata as Record<string, unknown>)['tokenizer.ggml.tokens']).toHaveLength(512);
      const down = tensorInfos.find(({ name }) => name === 'blk.1.ffn_down.weight')!;
      // 112 columns are no multiple of 32: such a matrix of Q8_0 is F16.
      expect(down.shape.map(Number)).toEqual([112, 64]);
      const last = tensorInfos.at(-1)!;
      expect(Number(last.offset) + Number(tensorDataOffset)).toBeLessThan(readFileSync(path).length);
      expect(GGMLQuantizationType[tensorInfos[0]!.dtype]).toBe(type);
    }
  });

  it('holds the weights, those of q and k in the order of ggml', async () => {
    const policy = readModelFolder(filesOfFolder(join(TESTDATA, 'llama32')));
    const path = join(folder, 'f16');
    exportGguf(policy, path, 'BF16');
    const { tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
    const bytes = readFileSync(path);
    const values = (name: string) => {
      const { offset } = tensorInfos.find((info) => info.name === name)!;
      const start = Number(offset) + Number(tensorDataOffset);
      return (row: number) => bytes.readUInt16LE(start + 2 * 64 * row);
    };
    const bits = (value: number) => {
      const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
      return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    };
    const first = (name: string, row: number) => bits(policy.weights.read(name, 64 * row, 64 * row + 1)[0]!);
    const [k, v] = [values('blk.0.attn_k.weight'), values('blk.0.attn_v.weight')];
    // Heads of 16: rows 0, 8, 1, 9, ... of a head.
    for (const [row, source] of [0, 8, 1, 9].entries())
      expect(k(16 + row)).toBe(first('model.layers.0.self_attn.k_proj.weight', 16 + source));
    for (let row = 0; row < 4; row++) expect(v(row)).toBe(first('model.layers.0.self_attn.v_proj.weight', row));
  });

  it('merges an adapter first, and refuses a tokenizer that llama.cpp would cut otherwise', () => {
    const policy = readModelFolder(filesOfFolder(join(TESTDATA, 'qwen25')));
    const lora = readAdapter(filesOfFolder(join(TESTDATA, 'qwen25', 'adapter')));
    exportGguf({ ...policy, lora }, join(folder, 'lora'), 'F16');
    exportGguf(mergePolicy(policy, lora), join(folder, 'merged'), 'F16');
    exportGguf(policy, join(folder, 'plain'), 'F16');
    const [adapted, merged, plain] = ['lora', 'merged', 'plain'].map((name) => readFileSync(join(folder, name)));
    expect([adapted!.equals(merged!), adapted!.equals(plain!)]).toEqual([true, false]);
    const files = {
      ...policy.files,
      'tokenizer.json': policy.files['tokenizer.json']!.replace('|\\\\p{N}|', '|\\\\p{N}{1,2}|'),
    };
    expect(() => exportGguf({ ...policy, files }, join(folder, 'no'), 'F16')).toThrow(
      'does not know the pre-tokenizer',
    );
  });
});
