import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import { type BfclQuestion, loadObjects } from './bfcl-file.ts';
import { dictGet, type PyDict } from './py-value.ts';

/** File of the function documents of each simulated class, in the folder `multi_turn_func_doc` of the official data. */
export const functionDocFiles: Readonly<Record<string, string>> = {
  GorillaFileSystem: 'gorilla_file_system.json',
  MathAPI: 'math_api.json',
  MessageAPI: 'message_api.json',
  TwitterAPI: 'posting_api.json',
  TicketAPI: 'ticket_api.json',
  TradingBot: 'trading_bot.json',
  TravelAPI: 'travel_booking.json',
  VehicleControlAPI: 'vehicle_control.json',
};

/** Function documents of a simulated class in the order of its file. `folder` is the folder of the data. */
export function loadFunctionDocs(folder: string, class_name: string): PyDict[] {
  const file = Object.hasOwn(functionDocFiles, class_name) ? functionDocFiles[class_name] : undefined;
  if (file !== undefined) return loadObjects(join(folder, 'multi_turn_func_doc', file));
  throw new ItoolError({
    code: 'bad_data',
    message: `bfcl: simulated class is not known: ${class_name} (${Object.keys(functionDocFiles).join(', ')})`,
    hint: 'The member involved_classes of the question names it.',
  });
}

/**
 * Documents a multi-turn row starts with, class by class, and those held out until a turn, by the index of the turn
 * (specification 2.1). `docsOf` gives the documents of a class.
 */
export function heldOutDocs(
  question: Pick<BfclQuestion, 'involved_classes' | 'missed_function'>,
  docsOf: (class_name: string) => readonly PyDict[],
): { function_docs: PyDict[]; held_out: Map<number, PyDict[]> } {
  const function_docs = (question.involved_classes ?? []).flatMap(docsOf);
  const held_out = new Map<number, PyDict[]>();
  for (const [turn, names] of Object.entries(question.missed_function ?? {})) {
    const docs: PyDict[] = [];
    for (const name of names) {
      const at = function_docs.findIndex((doc) => dictGet(doc, 'name') === name);
      if (at >= 0) docs.push(...function_docs.splice(at, 1));
    }
    held_out.set(Number(turn), docs);
  }
  return { function_docs, held_out };
}
