import { join } from 'node:path';
import {
  listPipelines,
  loadKind,
  parseParams,
  resolvePipeline,
  workspacePackages,
  workspaceReader,
} from '@itool/pipeline';

const ROOT = join(__dirname, '../../..');
const readText = workspaceReader(ROOT);
const packages = workspacePackages(ROOT);

describe('the pipelines of this workspace', () => {
  it.each(listPipelines(ROOT))('%s resolves and its parameters are valid', (name) => {
    const { stages } = resolvePipeline(name, readText);
    for (const stage of stages) parseParams(stage, loadKind(ROOT, packages, stage.kind).paramsSchema, readText);
    expect(stages.filter((stage) => stage.kind === 'report').map((stage) => stage.name)).toEqual(['report']);
  });
});
