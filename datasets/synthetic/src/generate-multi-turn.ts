import { fromJson, type PyDict } from '@itool/bfcl';
import { createSimulatedApi, createWorld, executeCalls } from '@itool/bfcl-environments';
import { type RandomStream, randomStream } from '@itool/random';
import { assignRowIds, type DialogueRow, type JsonObject, type JsonValue, type Message } from '@itool/record';
import { printCalls } from '@itool/tool-call';
import { z } from 'zod';
import { ENVIRONMENT_PLACES, type EnvironmentPlace } from './data/environment-tasks.ts';
import { isEvaluationText } from './held-out.ts';
import { drawUnused, NAMES } from './names.ts';

/** Configuration of the multi-turn family. */
export const multiTurnConfigSchema = z.strictObject({
  seed: z.int().min(0),
  rows: z.int().min(0),
  /** Most turns of a row; each asks for one call. */
  turns: z.int().min(1).max(4).default(2),
  /** Share of names that training never shows; training rows have none. */
  held_out_share: z.number().min(0).max(1).default(0.5),
});
export type MultiTurnConfig = z.infer<typeof multiTurnConfigSchema>;

/** One category in BFCL's multi-turn file format; a question brings its own short function documents. */
export type MultiTurnCategory = {
  category: string;
  family: 'multi_turn';
  split: 'seen' | 'unseen';
  questions: JsonObject[];
  answers: JsonObject[];
};

/** What the assistant says when the calls of a turn are made: a text without calls ends the turn. */
const DONE = 'Done.';

type Turn = { text: string; call: { name: string; arguments: JsonObject } };
type Scenario = { place: EnvironmentPlace; config: JsonObject; turns: Turn[] };

function shown(value: JsonValue): string {
  return Array.isArray(value) ? value.map(shown).join(', ') : String(value);
}

function drawScenario(
  place: EnvironmentPlace,
  config: MultiTurnConfig,
  held_out: number,
  stream: RandomStream,
): Scenario {
  const used = new Set<string>();
  const count = 1 + stream.integer(config.turns);
  const tasks = stream.shuffle([...place.tasks]).slice(0, count);
  const turns = tasks.map((task): Turn => {
    const args = task.draw(stream, () => drawUnused(NAMES, stream, held_out, used));
    const text = stream.pick(task.texts).replace(/\{(\w+)\}/g, (_, key: string) => shown(args[key]!));
    return { text, call: { name: task.method, arguments: args } };
  });
  return { place, config: place.config(stream), turns };
}

/** First scenario of numbered streams whose requests belong to the side: training and evaluation share none. */
function scenarioFor(
  side: 'training' | 'evaluation',
  places: readonly EnvironmentPlace[],
  config: MultiTurnConfig,
  ...names: (string | number)[]
): Scenario {
  for (let attempt = 0; ; attempt++) {
    const stream = randomStream(config.seed, 'multi_turn', side, ...names, attempt);
    const held_out = side === 'training' ? 0 : config.held_out_share;
    const scenario = drawScenario(stream.pick(places), config, held_out, stream);
    const text = scenario.turns.map((turn) => turn.text).join('\n');
    if (isEvaluationText(text) === (side === 'evaluation')) return scenario;
  }
}

/** Results of the calls of a scenario in its simulated API. */
function play({ place, config, turns }: Scenario): string[] {
  const world = createWorld({ long_context: false, today: [2025, 1, 1] });
  const api = createSimulatedApi(place.class_name, fromJson({ [place.class_name]: config }) as PyDict, world);
  const calls = turns.map(({ call }) => printCalls([call]).slice(1, -1));
  return executeCalls(calls, new Map([[`model_${place.class_name}_instance`, api]]));
}

/**
 * Training dialogues of the multi-turn family: in each turn a request, the call, its result in the simulated API as a `tool`
 * message, and a text that ends the turn. Only seen classes and training names occur.
 */
export function generateMultiTurnTraining(given: z.input<typeof multiTurnConfigSchema>): DialogueRow[] {
  const config = multiTurnConfigSchema.parse(given);
  const places = ENVIRONMENT_PLACES.filter(({ seen }) => seen);
  const rows = Array.from({ length: config.rows }, (_, i): Omit<DialogueRow, 'row_id'> => {
    const scenario = scenarioFor('training', places, config, i);
    const results = play(scenario);
    const messages = scenario.turns.flatMap(({ text, call }, at): Message[] => [
      { role: 'user', content: text },
      { role: 'assistant', content: printCalls([call]) },
      { role: 'tool', name: call.name, content: results[at]! },
      { role: 'assistant', content: DONE },
    ]);
    const tools = [...scenario.place.tools];
    return { source: 'synthetic', family: 'multi_turn', tools, tools_text: JSON.stringify(tools), messages };
  });
  return assignRowIds(rows);
}

/**
 * Evaluation rows of the multi-turn family in BFCL's multi-turn file format, `config.rows` for each split: *seen* plays in the
 * classes of training with new requests, *unseen* in classes that training never shows. No request sequence occurs in training.
 */
export function generateMultiTurnEvaluation(given: z.input<typeof multiTurnConfigSchema>): MultiTurnCategory[] {
  const config = multiTurnConfigSchema.parse(given);
  return (['seen', 'unseen'] as const).map((split): MultiTurnCategory => {
    const category = `multi_turn_base_${split}`;
    const places = ENVIRONMENT_PLACES.filter(({ seen }) => seen === (split === 'seen'));
    const scenarios = Array.from({ length: config.rows }, (_, i) =>
      scenarioFor('evaluation', places, config, split, i),
    );
    const questions = scenarios.map(
      ({ place, config: initial, turns }, i): JsonObject => ({
        id: `${category}_${i}`,
        question: turns.map(({ text }) => [{ role: 'user', content: text }]),
        initial_config: { [place.class_name]: initial },
        path: turns.map(({ call }) => `${place.class_name}.${call.name}`),
        involved_classes: [place.class_name],
        function: place.tools.map(({ name, description, parameters }) => ({
          name,
          description: description!,
          parameters: parameters!,
        })),
      }),
    );
    const answers = scenarios.map(
      ({ turns }, i): JsonObject => ({
        id: `${category}_${i}`,
        ground_truth: turns.map(({ call }) => [printCalls([call]).slice(1, -1)]),
      }),
    );
    return { category, family: 'multi_turn', split, questions, answers };
  });
}
