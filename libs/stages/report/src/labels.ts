/** Name of the model that an evaluation stage measures. */
export function modelLabel(stage: string, labels: Readonly<Record<string, string>>): string {
  const given = labels[stage];
  if (given !== undefined) return given;
  const model = stage.replace(/^eval-/, '');
  if (model === 'sft') return 'SFT';
  return /^\d+$/.test(model) ? `iteration ${model}` : model;
}
