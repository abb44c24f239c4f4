import type { DefinedStage } from '@itool/pipeline';
import type { JsonObject } from '@itool/record';
import type { StageFacts } from '@itool/report';
import type { StageInputs } from '@itool/stage';

/** Stages as the pipeline defines them, with the amounts of work that those among the inputs state in their ledger. */
export function stageFacts(definitions: readonly DefinedStage[], inputs: StageInputs): StageFacts[] {
  const given = inputs.roles.flatMap((role) => inputs.stages(role)).filter((input) => input.has('ledger'));
  const ledgers = new Map(given.map((input) => [input.stage, input.json<JsonObject>('ledger')]));
  return definitions.map(({ name, kind, iteration, needs, params }) => ({
    name,
    kind,
    iteration: iteration === 0 ? null : iteration,
    needs,
    params: params as JsonObject,
    amounts: amountsOf(ledgers.get(name) ?? {}),
  }));
}

function amountsOf(ledger: JsonObject): Record<string, number> {
  const isAmount = (entry: [string, unknown]): entry is [string, number] =>
    typeof entry[1] === 'number' && /(^|_)(tokens|flops)$/.test(entry[0]);
  return Object.fromEntries(Object.entries(ledger).filter(isAmount));
}
