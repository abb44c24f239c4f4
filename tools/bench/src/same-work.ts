import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, type WeightTensor, writeSafetensors } from '@itool/checkpoint';
import { type LlamaConfig, loadModel } from '@itool/nn';
import { ItoolError } from '@itool/record';
import { LORA } from './bench-model.ts';
import { trainOn } from './measure-training.ts';

export const SAME_WORK_STEPS = 20;
export const SAME_WORK_TOLERANCE = 1e-3;

/**
 * Losses of 20 fp32 updates of the bench's training on given weights and tokens. The file holds the base by Hugging Face names and the
 * adapter's start (`<linear>.lora_A.weight`, `<linear>.lora_B.weight`; PEFT's prefix `base_model.model.` may be there), because updates
 * depend on where A starts.
 *
 * @param files safetensors file, and JSON file with a list of lists of token ids
 */
export async function sameWorkLosses(config: LlamaConfig, files: readonly [string, string]): Promise<number[]> {
  const { weights, adapter } = splitAdapter(readSafetensors(readFileSync(files[0])).tensors);
  const rows = JSON.parse(readFileSync(files[1], 'utf8')) as number[][];
  const model = loadModel({ config, weights, lora: { ...LORA, weights: adapter } });
  const losses: number[] = [];
  await trainOn(model, rows, SAME_WORK_STEPS, (loss) => losses.push(loss));
  model.dispose();
  return losses;
}

/** Writes a pair of files for `sameWorkLosses` and for the peer's half of it; returns their paths. */
export function writeSameWork(
  folder: string,
  weights: Record<string, WeightTensor>,
  adapter: Readonly<Record<string, WeightTensor>>,
  rows: readonly (readonly number[])[],
): [string, string] {
  mkdirSync(folder, { recursive: true });
  const files: [string, string] = [join(folder, 'same-work.safetensors'), join(folder, 'same-work-ids.json')];
  const plain = Object.fromEntries(Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data }]));
  writeFileSync(files[0], writeSafetensors({ ...plain, ...adapter }));
  writeFileSync(files[1], `${JSON.stringify(rows)}\n`);
  return files;
}

function splitAdapter(tensors: Record<string, WeightTensor>): {
  weights: Record<string, WeightTensor>;
  adapter: Record<string, WeightTensor>;
} {
  const weights: Record<string, WeightTensor> = {};
  const adapter: Record<string, WeightTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    const plain = name.replace(/^base_model\.model\./, '');
    (/\.lora_[AB]\./.test(plain) ? adapter : weights)[plain] = tensor;
  }
  if (Object.keys(adapter).length === 0)
    throw new ItoolError({
      code: 'bad_data',
      message: 'bench: the file holds no adapter: no tensor is named lora_A or lora_B',
      hint: 'Make a pair of files with --make-same-work <folder>.',
    });
  return { weights, adapter };
}
