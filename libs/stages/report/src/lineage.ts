import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Provenance, readManifest, readProvenance } from '@itool/artifact';
import { ItoolError, type JsonObject } from '@itool/record';
import type { StageFacts } from '@itool/report';
import type { StageInput } from '@itool/stage';

export type Lineage = {
  pipeline: string;
  /** Producers before consumers. */
  stages: StageFacts[];
};

/**
 * Parameters and needs of the stages behind `inputs`, taken from the provenance that lies beside their manifests. The pipeline is the one
 * whose artifacts hold exactly these inputs. Manifests hold outputs alone, so that a parameter whose change alters no byte does not
 * run the report again: it then shows the earlier value.
 *
 * @throws ItoolError corrupt_artifact when no pipeline has these results, or provenance is missing
 */
export function readLineage(workspace: string, inputs: readonly StageInput[]): Lineage {
  const artifacts = join(workspace, '.itool', 'artifacts');
  const pipeline = readdirSync(artifacts)
    .sort()
    .find((name) => inputs.every((input) => holds(join(artifacts, name, input.stage), input)));
  if (pipeline === undefined) {
    throw new ItoolError({
      code: 'corrupt_artifact',
      message: 'report: no pipeline has the results that the report was given',
      hint: 'Run the pipeline again, one run at a time.',
    });
  }
  const found = new Map<string, Provenance>();
  const visit = (stage: string): void => {
    if (found.has(stage)) return;
    const provenance = readProvenance(join(artifacts, pipeline, stage, 'provenance.json'));
    if (provenance === undefined) {
      throw new ItoolError({
        code: 'corrupt_artifact',
        message: `report: stage has no provenance: ${pipeline}.${stage}`,
        hint: `Make it again: itool repair ${pipeline} ${stage}`,
      });
    }
    for (const needs of Object.values(provenance.inputs)) for (const need of needs) visit(need.stage);
    found.set(stage, provenance);
  };
  for (const input of inputs) visit(input.stage);
  return { pipeline, stages: [...found].map(([name, provenance]) => stageFacts(name, provenance)) };
}

function holds(folder: string, input: StageInput): boolean {
  const outputs = readManifest(join(folder, 'manifest.json'))?.outputs ?? {};
  return input.names.every((name) => outputs[name]?.sha256 === input.blob(name).sha256);
}

function stageFacts(name: string, provenance: Provenance): StageFacts {
  const needs = Object.entries(provenance.inputs).map(
    ([role, list]) => [role, list.map((need) => need.stage)] as const,
  );
  const amounts = Object.entries(provenance.facts).filter(
    (fact): fact is [string, number] => typeof fact[1] === 'number' && /(^|_)tokens$/.test(fact[0]),
  );
  const { tokens, flops_per_token } = provenance.facts;
  if (typeof tokens === 'number' && typeof flops_per_token === 'number')
    amounts.push(['flops', tokens * flops_per_token]);
  return {
    name,
    kind: provenance.kind,
    iteration: null,
    needs: Object.fromEntries(needs),
    params: provenance.params as JsonObject,
    amounts: Object.fromEntries(amounts),
  };
}
