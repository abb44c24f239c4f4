import { dictGet, type PyValue } from '@itool/bfcl';
import type { Services } from './api.ts';
import { searchedName } from './apis/everyday.ts';
import type { Dialogue, Turn } from './dialogues.ts';
import { createToolRanker } from './tool-ranker.ts';

/** `ranker` searches the descriptors by their words; `oracle` finds what the recorded search found. */
export type Search = 'ranker' | 'oracle';

type ApiTurn = Extract<Turn, { role: 'API' }>;

function output(turn: ApiTurn): PyValue {
  return dictGet(turn.result, 'output') ?? null;
}

/**
 * Services without a network: meanings and translations are those that the dialogues record, and anything else fails as a service
 * that does not answer. Random ids and tokens are constant, since no check compares them.
 */
export function offlineServices(dialogues: readonly Dialogue[], search: Search): (target: ApiTurn) => Services {
  const recorded = (name: string) =>
    dialogues
      .flatMap(({ turns }) => turns)
      .filter((turn): turn is ApiTurn => turn.role === 'API' && turn.api_name === name);
  const meanings = new Map(recorded('Dictionary').map((turn) => [turn.param_dict.get('keyword')?.toLowerCase(), turn]));
  const translations = new Map(
    recorded('Translate').map((turn) => [`${turn.param_dict.get('tgt_lang')} ${turn.param_dict.get('src')}`, turn]),
  );
  const ranker = search === 'ranker' ? createToolRanker() : null;
  return (target) => ({
    dictionary: (keyword) => {
      const turn = meanings.get(keyword);
      return turn === undefined ? null : output(turn);
    },
    translate: (text, destination) => {
      const turn = translations.get(`${destination} ${text}`);
      const translated = turn === undefined ? null : output(turn);
      return typeof translated === 'string' ? translated : null;
    },
    searchTool: (keywords) => (ranker ? ranker(keywords) : searchedName(output(target))),
    integer: () => 0,
  });
}
