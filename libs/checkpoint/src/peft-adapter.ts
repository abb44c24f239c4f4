import { readFileSync } from 'node:fs';
import { ItoolError } from '@itool/record';
import { z } from 'zod';
import type { FindFile } from './checkpoint-folder.ts';
import { openSafetensors } from './open-safetensors.ts';
import type { WeightTensor } from './safetensor.ts';
import { corrupt } from './safetensors-header.ts';
import { readAll } from './weight-source.ts';
import { writeSafetensors } from './write-safetensors.ts';

export const ADAPTER_FILE = 'adapter_model.safetensors';
export const ADAPTER_CONFIG_FILE = 'adapter_config.json';

/** PEFT's names and defaults; see `loraScale` for what the adapter's output is multiplied by. */
export type LoraConfig = {
  r: number;
  lora_alpha: number;
  /** Share of the adapter's inputs that training sets to zero; default 0. */
  lora_dropout?: number;
  /** Scale by lora_alpha / sqrt(r) instead of lora_alpha / r (Kalajdzievski 2023); default false. */
  use_rslora?: boolean;
  /**
   * Linear layers that have an adapter: names or ends of names (`q_proj`, `self_attn.q_proj`), `all-linear`, or a regular expression for the
   * whole name; default: all linear layers.
   */
  target_modules?: readonly string[] | string;
};

/** An adapter on the host; weights by PEFT names without prefix (`<linear>.lora_A.weight` [r, in], `<linear>.lora_B.weight` [out, r]). */
export type LoraAdapter = LoraConfig & { weights: Readonly<Record<string, WeightTensor>> };

/** What PEFT puts before the name of a layer of a causal language model. */
const PREFIX = 'base_model.model.';

/** Settings of PEFT that change what an adapter computes and are not computed here: ignoring them would give wrong numbers silently. */
const UNSUPPORTED: Record<string, (value: unknown) => boolean> = {
  bias: (value) => value !== 'none',
  fan_in_fan_out: (value) => value === true,
  modules_to_save: isFilled,
  use_dora: (value) => value === true,
  lora_bias: (value) => value === true,
  rank_pattern: isFilled,
  alpha_pattern: isFilled,
  layers_to_transform: isFilled,
  layers_pattern: isFilled,
  layer_replication: isFilled,
  exclude_modules: isFilled,
  megatron_config: isFilled,
  trainable_token_indices: isFilled,
  target_parameters: isFilled,
  alora_invocation_tokens: isFilled,
  arrow_config: isFilled,
  kasa_config: isFilled,
  monteclora_config: isFilled,
  velora_config: isFilled,
  use_bdlora: isFilled,
  use_qalora: (value) => value === true,
  // These change the weights of the base model.
  init_lora_weights: (value) => typeof value === 'string' && !['gaussian', 'eva', 'orthogonal'].includes(value),
};

const schema = z.object({
  peft_type: z.literal('LORA'),
  task_type: z.literal('CAUSAL_LM').nullish(),
  base_model_name_or_path: z.string().nullish(),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().gte(0).lt(1).default(0),
  use_rslora: z.boolean().default(false),
  target_modules: z.union([z.array(z.string()), z.string()]),
});

/** What the output of an adapter is multiplied by. */
export function loraScale({ r, lora_alpha, use_rslora }: LoraConfig): number {
  return lora_alpha / (use_rslora === true ? Math.sqrt(r) : r);
}

/** @throws ItoolError `bad_config` that names the key of adapter_config.json which is wrong or not supported */
export function parsePeftConfig(value: unknown): LoraConfig {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw badConfig(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  for (const [key, refuses] of Object.entries(UNSUPPORTED)) {
    const given = (value as Record<string, unknown>)[key];
    if (given !== undefined && given !== null && refuses(given))
      throw badConfig(`${key} is not supported: ${JSON.stringify(given)}`);
  }
  const { r, lora_alpha, lora_dropout, use_rslora, target_modules } = parsed.data;
  return { r, lora_alpha, lora_dropout, use_rslora, target_modules };
}

/** An adapter as PEFT's `save_pretrained` leaves it. @throws ItoolError `missing_file`, `bad_config`, `corrupt_artifact` */
export function readAdapter(find: FindFile): LoraAdapter {
  const need = (name: string): string => {
    const path = find(name);
    if (path !== undefined) return path;
    throw new ItoolError({
      code: 'missing_file',
      message: `checkpoint: adapter has no ${name}`,
      hint: `An adapter is ${ADAPTER_CONFIG_FILE} and ${ADAPTER_FILE}; adapter_model.bin is not read, save it again with safe_serialization=True.`,
    });
  };
  const config = parsePeftConfig(parseConfig(readFileSync(need(ADAPTER_CONFIG_FILE), 'utf8')));
  const stored = readAll(openSafetensors(need(ADAPTER_FILE), ADAPTER_FILE));
  const weights = Object.entries(stored).map(([key, tensor]): [string, WeightTensor] => {
    if (!key.startsWith(PREFIX) || !/\.lora_[AB]\.weight$/.test(key))
      throw new ItoolError({
        code: 'bad_data',
        message: `checkpoint: adapter has a tensor of another kind: ${key} (${PREFIX}<layer>.lora_A.weight, .lora_B.weight)`,
        hint: 'Only LoRA on linear layers is read: no adapted embeddings, no fully trained modules.',
      });
    return [key.slice(PREFIX.length), tensor];
  });
  return { ...config, weights: Object.fromEntries(weights) };
}

/**
 * The two files of an adapter, as PEFT and vLLM read them. Target modules that were left out become the last names of the adapted layers.
 */
export function adapterFiles(
  adapter: LoraAdapter,
  base_model_name_or_path: string | null = null,
): {
  config: Record<string, unknown>;
  weights: Uint8Array;
} {
  const layers = Object.keys(adapter.weights).map((name) => name.split('.').at(-3)!);
  const weights = Object.fromEntries(
    Object.entries(adapter.weights).map(([name, tensor]) => [`${PREFIX}${name}`, tensor]),
  );
  return {
    config: {
      alpha_pattern: {},
      base_model_name_or_path,
      bias: 'none',
      fan_in_fan_out: false,
      inference_mode: true,
      init_lora_weights: true,
      lora_alpha: adapter.lora_alpha,
      lora_dropout: adapter.lora_dropout ?? 0,
      modules_to_save: null,
      peft_type: 'LORA',
      r: adapter.r,
      rank_pattern: {},
      target_modules: adapter.target_modules ?? [...new Set(layers)].sort(),
      task_type: 'CAUSAL_LM',
      use_dora: false,
      use_rslora: adapter.use_rslora ?? false,
    },
    weights: writeSafetensors(weights, { format: 'pt' }),
  };
}

/** Whether PEFT would put an adapter on the layer. @throws ItoolError `bad_config` for a regular expression that is none */
export function isTarget({ target_modules }: LoraConfig, layer: string): boolean {
  if (target_modules === undefined || target_modules === 'all-linear') return true;
  if (typeof target_modules !== 'string')
    return target_modules.some((target) => layer === target || layer.endsWith(`.${target}`));
  try {
    return new RegExp(`^(?:${target_modules})$`).test(layer);
  } catch (cause) {
    throw badConfig(`target_modules is no list and no regular expression: ${target_modules}`, cause);
  }
}

function parseConfig(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(`${ADAPTER_CONFIG_FILE} is no JSON`, cause);
  }
}

function isFilled(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

function badConfig(fact: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `checkpoint: ${ADAPTER_CONFIG_FILE}: ${fact}`,
    hint: 'Use a plain LoRA adapter of a causal language model, or save it again without that setting.',
    cause,
  });
}
