import type { SlotKind } from './slots.ts';

/**
 * A noun of the catalogue with the slots that its tools may have; the first `core` slots are required in every tool. A first slot
 * has many values (no enum), so that parallel calls of one tool can differ.
 */
export type Noun = {
  noun: string;
  domain: string;
  synonym: string;
  core: number;
  slots: readonly SlotKind[];
};

export const NOUNS: readonly Noun[] = [
  {
    noun: 'flight',
    domain: 'travel',
    synonym: 'plane trip',
    core: 2,
    slots: ['origin', 'destination', 'date', 'grade'],
  },
  { noun: 'train', domain: 'travel', synonym: 'rail trip', core: 2, slots: ['origin', 'destination', 'time', 'grade'] },
  { noun: 'hotel', domain: 'travel', synonym: 'room', core: 1, slots: ['city', 'nights', 'date', 'grade', 'guests'] },
  { noun: 'taxi', domain: 'travel', synonym: 'cab', core: 1, slots: ['destination', 'time', 'guests', 'origin'] },
  { noun: 'car', domain: 'travel', synonym: 'rental', core: 1, slots: ['city', 'size', 'date', 'price'] },
  { noun: 'table', domain: 'dining', synonym: 'dining spot', core: 1, slots: ['guests', 'city', 'time', 'date'] },
  { noun: 'pizza', domain: 'dining', synonym: 'pie', core: 1, slots: ['quantity', 'size', 'city', 'time'] },
  { noun: 'dinner', domain: 'dining', synonym: 'evening meal', core: 1, slots: ['person', 'date', 'time', 'guests'] },
  { noun: 'cake', domain: 'dining', synonym: 'tart', core: 1, slots: ['title', 'size', 'date', 'price'] },
  {
    noun: 'meeting',
    domain: 'calendar',
    synonym: 'gathering',
    core: 1,
    slots: ['title', 'members', 'date', 'minutes', 'time'],
  },
  { noun: 'reminder', domain: 'calendar', synonym: 'note', core: 1, slots: ['title', 'date', 'time'] },
  { noun: 'lesson', domain: 'calendar', synonym: 'class', core: 1, slots: ['person', 'minutes', 'date', 'grade'] },
  { noun: 'forecast', domain: 'weather', synonym: 'weather report', core: 1, slots: ['city', 'date', 'unit'] },
  { noun: 'message', domain: 'contact', synonym: 'text', core: 1, slots: ['person', 'title', 'urgent'] },
  { noun: 'letter', domain: 'contact', synonym: 'mail', core: 1, slots: ['person', 'city', 'title'] },
  { noun: 'parcel', domain: 'shopping', synonym: 'package', core: 1, slots: ['city', 'weight', 'urgent', 'date'] },
  { noun: 'gift', domain: 'shopping', synonym: 'present', core: 1, slots: ['person', 'price', 'date'] },
  { noun: 'lamp', domain: 'shopping', synonym: 'light', core: 1, slots: ['quantity', 'size', 'price'] },
  { noun: 'invoice', domain: 'finance', synonym: 'bill', core: 1, slots: ['person', 'price', 'date', 'urgent'] },
  { noun: 'payment', domain: 'finance', synonym: 'transfer', core: 2, slots: ['price', 'person', 'date'] },
  { noun: 'concert', domain: 'leisure', synonym: 'show', core: 1, slots: ['city', 'quantity', 'date', 'price'] },
  { noun: 'tour', domain: 'leisure', synonym: 'guided walk', core: 1, slots: ['city', 'members', 'time', 'date'] },
  { noun: 'movie', domain: 'leisure', synonym: 'film', core: 1, slots: ['title', 'city', 'time', 'quantity'] },
  { noun: 'workout', domain: 'leisure', synonym: 'training', core: 1, slots: ['minutes', 'grade', 'time'] },
];
