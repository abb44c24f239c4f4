import { join } from 'node:path';
import { type Provenance, readManifest, readProvenance } from '@itool/artifact';
import { ItoolError, type JsonObject, type JsonValue } from '@itool/record';
import type { StageFacts } from '@itool/report';
import type { StageInput } from '@itool/stage';

/** Facts that tell about a machine, which must not decide the bytes of a report. */
const MACHINE_FACTS = ['node', 'platform', 'backend', 'isa', 'threads', 'reason', 'fingerprint'];

export type Lineage = {
  /** Producers before consumers. */
  stages: StageFacts[];
  /** What a stage reports about its making, without facts about machines. */
  facts: (stage: string) => Record<string, JsonValue>;
};

/**
 * Parameters and needs of the stages behind `inputs`, taken from the provenance that lies beside their manifests. Manifests hold outputs
 * alone, so that a parameter whose change alters no byte does not run the report again: it then shows the earlier value.
 *
 * @throws ItoolError bad_config when the artifacts of `pipeline` are not those that the report was given
 */
export function readLineage(workspace: string, pipeline: string, inputs: readonly StageInput[]): Lineage {
  const folder = (stage: string): string => join(workspace, '.itool', 'artifacts', pipeline, stage);
  const found = new Map<string, Provenance>();
  const visit = (stage: string): void => {
    if (found.has(stage)) return;
    const provenance = readProvenance(join(folder(stage), 'provenance.json'));
    if (provenance === undefined) throw foreign(pipeline, stage);
    for (const needs of Object.values(provenance.inputs)) for (const need of needs) visit(need.stage);
    found.set(stage, provenance);
  };
  for (const input of inputs) {
    const manifest = readManifest(join(folder(input.stage), 'manifest.json'));
    const same = input.names.every((name) => manifest?.outputs[name]?.sha256 === input.blob(name).sha256);
    if (!same) throw foreign(pipeline, input.stage);
    visit(input.stage);
  }
  const stages = [...found].map(([name, provenance]) => stageFacts(name, provenance));
  return { stages, facts: (stage) => ownFacts(found.get(stage)) };
}

function stageFacts(name: string, provenance: Provenance): StageFacts {
  const needs = Object.entries(provenance.inputs).map(
    ([role, list]) => [role, list.map((need) => need.stage)] as const,
  );
  const amounts = Object.entries(provenance.facts).filter(
    (fact): fact is [string, number] => typeof fact[1] === 'number' && /(^|_)(tokens|flops)$/.test(fact[0]),
  );
  return {
    name,
    kind: provenance.kind,
    iteration: null,
    needs: Object.fromEntries(needs),
    params: provenance.params as JsonObject,
    amounts: Object.fromEntries(amounts),
  };
}

function ownFacts(provenance: Provenance | undefined): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(provenance?.facts ?? {}).filter(([key]) => !MACHINE_FACTS.includes(key)));
}

function foreign(pipeline: string, stage: string): ItoolError {
  return new ItoolError({
    code: 'bad_config',
    message: `report: the result of the stage is not that of pipeline ${JSON.stringify(pipeline)}: ${stage}`,
    hint: 'Set "pipeline" in the params of the report stage to the name of its pipeline.',
  });
}
