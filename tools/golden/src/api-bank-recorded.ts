import { type Dialogue, type Services, searchedName, type Turn } from '@itool/api-bank';
import { dictGet, type PyValue } from '@itool/bfcl';

/** One recorded API turn of the official dialogues. */
export type RecordedTurn = Extract<Turn, { role: 'API' }>;

function recorded(dialogues: readonly Dialogue[], api_name: string): RecordedTurn[] {
  const turns = dialogues.flatMap((dialogue) => dialogue.turns);
  return turns.filter((turn): turn is RecordedTurn => turn.role === 'API' && turn.api_name === api_name);
}

/**
 * Stand-ins for what needs a network or an embedding model, the same as those under which the golden rows were made: recorded
 * meanings, recorded translations (other text gets the language in front), and a search that finds the recorded API.
 */
export function recordedServices(dialogues: readonly Dialogue[]): (turn: RecordedTurn) => Services {
  const output = (turn: RecordedTurn): PyValue => dictGet(turn.result, 'output') ?? null;
  const meanings = new Map(
    recorded(dialogues, 'Dictionary').map((turn) => [turn.param_dict.get('keyword')?.toLowerCase(), output(turn)]),
  );
  const translations = new Map(
    recorded(dialogues, 'Translate').map(({ param_dict, ...turn }) => [
      `${param_dict.get('tgt_lang')} ${param_dict.get('src')}`,
      dictGet(turn.result, 'output'),
    ]),
  );
  return (turn) => ({
    dictionary: (keyword) => meanings.get(keyword) ?? null,
    translate: (text, destination) => {
      const known = translations.get(`${destination} ${text}`);
      return typeof known === 'string' ? known : `<${destination}>${text}`;
    },
    searchTool: () => searchedName(output(turn)),
    integer: () => 0,
  });
}
