import { ItoolError } from '@itool/record';

const DEFAULT = 'itool';

/**
 * The pipeline that was asked for, else the only one, else `itool`.
 *
 * @throws ItoolError bad_config naming the pipelines there are
 */
export function choosePipeline(wanted: string | undefined, available: readonly string[]): string {
  const name = wanted ?? (available.length === 1 ? available[0]! : DEFAULT);
  if (available.includes(name)) return name;
  throw new ItoolError({
    code: 'bad_config',
    message: `cli: no such pipeline: ${JSON.stringify(name)} (valid: ${available.join(', ') || 'none'})`,
    hint: 'Use one of these names, or add pipelines/<name>/pipeline.json.',
  });
}
