import {
  apisOf,
  type CallVerdict,
  checkResponse,
  type Databases,
  type Dialogue,
  deepCopy,
  judgeCall,
  PyError,
  printCall,
  rougeL,
  type Services,
  samplesOf,
} from '@itool/api-bank';
import { dictGet, isDict, type PyDict, type PyValue, pyEqual, pyRepr } from '@itool/bfcl';
import { ItoolError } from '@itool/record';
import type { RecordedTurn } from './api-bank-recorded.ts';
import { textOf } from './golden-rows.ts';

/** What the rows of a suite are compared with. */
export type Setting = {
  databases: Databases;
  services: (turn: RecordedTurn) => Services;
  dialogues: readonly Dialogue[];
};

type Member = PyValue | undefined;

function dialogueOf({ dialogues }: Setting, level: string, file: string): Dialogue {
  const found = dialogues.find((dialogue) => dialogue.level === level && dialogue.file === file);
  if (found) return found;
  throw new ItoolError({
    code: 'bad_data',
    message: `golden: dialogue of the golden file is not in the data: ${level}/${file}`,
    hint: 'Golden files and data must come from the same commit of the benchmark.',
  });
}

/** The recorded turn of an id `L1/<file>#<turn>`. */
function turnOf(setting: Setting, id: string): RecordedTurn {
  const [path, index] = id.split('#') as [string, string];
  const slash = path.indexOf('/');
  const turn = dialogueOf(setting, path.slice(0, slash), path.slice(slash + 1)).turns[Number(index)];
  if (turn?.role === 'API') return turn;
  throw new ItoolError({ code: 'bad_data', message: `golden: turn is no API turn of the data: ${id}` });
}

/** First pair of unequal values, said in one line. */
function difference(
  id: string,
  pairs: readonly (readonly [name: string, own: Member, official: Member])[],
): string | null {
  const shown = (value: Member) => (value === undefined ? 'nothing' : pyRepr(value).slice(0, 200));
  for (const [name, own, official] of pairs) {
    const equal = own === undefined || official === undefined ? own === official : pyEqual(own, official);
    if (!equal) return `${id}: ${name} ${shown(own)}, official ${shown(official)}`;
  }
  return null;
}

function parsedDict({ parsed }: CallVerdict): PyValue {
  if (!parsed) return null;
  const params: PyDict = { kind: 'dict', entries: [...parsed.params] };
  return {
    kind: 'dict',
    entries: [
      ['api_name', parsed.api_name],
      ['params', params],
    ],
  };
}

/** Compares one call on extraction, parsing, verdict and bucket. */
export function compareExecution(row: PyDict, setting: Setting): string | null {
  const turn = turnOf(setting, textOf(row, 'gt_id'));
  const { databases } = setting;
  const verdict = judgeCall(textOf(row, 'prediction'), turn, { databases, services: setting.services(turn) });
  return difference(textOf(row, 'id'), [
    ['extracted', verdict.extracted, dictGet(row, 'extracted')],
    ['parsed', parsedDict(verdict), dictGet(row, 'parsed')],
    ['verdict', verdict.correct, dictGet(row, 'verdict')],
    ['outcome', verdict.outcome, dictGet(row, 'outcome')],
  ]);
}

/** Compares the check of one response with its recorded result. */
export function compareCheck(row: PyDict, setting: Setting): string | null {
  const turn = turnOf(setting, textOf(row, 'gt_id'));
  const response = dictGet(row, 'response');
  const outcome = isDict(response)
    ? checkResponse(textOf(row, 'api'), deepCopy(response), deepCopy(turn.result))
    : 'response is no object';
  return difference(textOf(row, 'id'), [
    ['outcome', outcome, dictGet(row, 'outcome')],
    ['verdict', outcome === 'TRUE', dictGet(row, 'verdict')],
  ]);
}

/** Compares a recorded turn as it was loaded. */
export function compareTarget(row: PyDict, setting: Setting): string | null {
  const turn = turnOf(setting, textOf(row, 'gt_id'));
  return difference(textOf(row, 'gt_id'), [
    ['api_name', turn.api_name, dictGet(row, 'api_name')],
    ['param_dict', { kind: 'dict', entries: [...turn.param_dict] }, dictGet(row, 'param_dict')],
    ['result', turn.result, dictGet(row, 'result')],
  ]);
}

/** Compares the samples of a dialogue, with its own calls as the predictions and targets shared as in the official loop. */
export function compareDialogue(row: PyDict, setting: Setting): string | null {
  const dialogue = dialogueOf(setting, textOf(row, 'level'), textOf(row, 'file'));
  const shared = new Map<unknown, RecordedTurn>();
  const own = samplesOf(dialogue).map(({ id, history_length, target }): PyDict => {
    const sample: PyDict = {
      kind: 'dict',
      entries: [
        ['sample_id', BigInt(id)],
        ['history_len', BigInt(history_length)],
        ['gt_role', target.role],
      ],
    };
    if (target.role !== 'API') return sample;
    const turn = shared.get(target) ?? { ...target, result: deepCopy(target.result) };
    shared.set(target, turn);
    const prediction = printCall(target.api_name, target.param_dict, 'text');
    const { databases } = setting;
    const verdict = judgeCall(prediction, turn, {
      databases,
      services: setting.services(target),
      share_target: true,
    });
    sample.entries.push(
      ['api', target.api_name],
      ['prediction', prediction],
      ['verdict', verdict.correct],
      ['outcome', verdict.outcome],
    );
    return sample;
  });
  const count = (holds: (sample: PyDict) => boolean) => BigInt(own.filter(holds).length);
  return difference(`${dialogue.level}/${dialogue.file}`, [
    ['n_messages', BigInt(dialogue.turns.length), dictGet(row, 'n_messages')],
    ['apis_in_prompt', apisOf(dialogue), dictGet(row, 'apis_in_prompt')],
    ['samples', own, dictGet(row, 'samples')],
    ['api_total', count((sample) => dictGet(sample, 'gt_role') === 'API'), dictGet(row, 'api_total')],
    [
      'api_correct_for_gt_prediction',
      count((sample) => dictGet(sample, 'verdict') === true),
      dictGet(row, 'api_correct_for_gt_prediction'),
    ],
    ['response_total', count((sample) => dictGet(sample, 'gt_role') === 'AI'), dictGet(row, 'response_total')],
  ]);
}

function scored(reference: string, hypothesis: string): PyValue {
  try {
    const { r, p, f } = rougeL(reference, hypothesis);
    return {
      kind: 'dict',
      entries: [
        ['r', r],
        ['p', p],
        ['f', f],
      ],
    };
  } catch (error) {
    if (error instanceof PyError) return null;
    throw error;
  }
}

/** Compares recall, precision and f to the last bit, and the rounded score. */
export function compareRouge(row: PyDict): string | null {
  const own = scored(textOf(row, 'reference'), textOf(row, 'hypothesis'));
  const f = isDict(own) ? dictGet(own, 'f') : null;
  return difference(textOf(row, 'id'), [
    ['rouge_l', own, dictGet(row, 'rouge_l')],
    ['rounded4', typeof f === 'number' ? Number(f.toFixed(4)) : null, dictGet(row, 'rounded4')],
  ]);
}
