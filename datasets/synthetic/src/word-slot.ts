import type { JsonValue } from '@itool/record';
import { type Phrase, SLOTS, type SlotKind } from './data/slots.ts';
import { type SampleContext, sampleValue } from './sample-value.ts';

/** A slot with its value and its wording in the request. */
export type WordedSlot = {
  kind: SlotKind;
  value: JsonValue;
  acceptable: JsonValue[];
  text: string;
  preface: string | null;
};

const FIELD = /\{(\w+)\}/g;

function fieldsOf(phrase: Phrase): string[] {
  return [...`${phrase.text}${phrase.preface ?? ''}`.matchAll(FIELD)].map((m) => m[1]!);
}

function fill(template: string, fields: Readonly<Record<string, string>>): string {
  return template.replace(FIELD, (_, field: string) => fields[field]!);
}

/**
 * Draws a value and one of the phrases that can say it. `allow_preface` is off where several calls could get contradicting
 * prefaces. A hard value that no hard phrase fits gets an easy one.
 */
export function wordSlot(kind: SlotKind, context: SampleContext, allow_preface: boolean): WordedSlot {
  const { value, acceptable, fields } = sampleValue(kind, context);
  const usable = (phrases: readonly Phrase[]) =>
    phrases.filter((p) => (allow_preface || p.preface === undefined) && fieldsOf(p).every((field) => field in fields));
  const hard = context.hard ? usable(SLOTS[kind].hard) : [];
  const phrase = context.stream.pick(hard.length > 0 ? hard : usable(SLOTS[kind].easy));
  return {
    kind,
    value,
    acceptable,
    text: fill(phrase.text, fields),
    preface: phrase.preface === undefined ? null : fill(phrase.preface, fields),
  };
}
