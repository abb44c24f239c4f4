import type { ReportData } from '@itool/report';
import type { StageInputs } from '@itool/stage';
import { modelLabel } from './labels.ts';

type ApiBank = NonNullable<ReportData['api_bank']>[number];
type Level = ApiBank['levels'][number];
type JudgedCall = ApiBank['cases'][number] & { kind: string; valid: boolean };

const WRONG_CASES = 4;
const RIGHT_CASES = 2;

/** Scores and some cases on API-Bank, in the order of the role `api_bank`; the first wrong and the first right calls are shown. */
export async function readApiBank(inputs: StageInputs, labels: Readonly<Record<string, string>>): Promise<ApiBank[]> {
  const stages = inputs.has('api_bank') ? inputs.stages('api_bank') : [];
  return Promise.all(
    stages.map(async (input): Promise<ApiBank> => {
      const { levels } = input.json<{ levels: Record<string, Omit<Level, 'level'>> }>('scores');
      const calls = (await input.rows<JudgedCall>('cases')).filter(({ kind }) => kind === 'call');
      const shown = [
        ...calls.filter(({ valid }) => !valid).slice(0, WRONG_CASES),
        ...calls.filter(({ valid }) => valid).slice(0, RIGHT_CASES),
      ];
      return {
        stage: input.stage,
        label: labels[input.stage] ?? modelLabel(input.stage.replace(/^api-bank/, 'eval'), labels),
        levels: Object.entries(levels).map(([level, { correctness, names_equal, rouge_l, error_classes }]) => ({
          level,
          correctness,
          names_equal,
          rouge_l,
          error_classes,
        })),
        cases: shown.map(({ id, expected, output, outcome, error_class }) => ({
          id,
          expected,
          output: output.length > 300 ? `${output.slice(0, 300)}...` : output,
          outcome,
          error_class,
        })),
      };
    }),
  );
}
