import type { RandomStream } from '@itool/random';
import type { Message } from '@itool/record';
import { NAMES, TITLES } from './names.ts';

const CONSONANTS = 'bcdfghjklmnpqrstvwxyz';
const VOWELS = 'aeiou';

function invented(stream: RandomStream): string {
  const letters = Array.from(
    { length: 1 + stream.integer(3) },
    () => stream.pick([...CONSONANTS]) + stream.pick([...VOWELS]),
  );
  return letters.join('') + (stream.uniform() < 0.3 ? stream.pick([...CONSONANTS]) : '');
}

function word(stream: RandomStream): string {
  const draw = stream.uniform();
  if (draw < 0.4) return invented(stream);
  if (draw < 0.65) return stream.pick(NAMES.training);
  if (draw < 0.75) return stream.pick(TITLES.training).split(' ')[stream.integer(2)]!;
  if (draw < 0.85) return String(stream.integer(2000));
  const two = (n: number) => String(n).padStart(2, '0');
  if (draw < 0.95) return `202${stream.integer(10)}-${two(1 + stream.integer(12))}-${two(1 + stream.integer(28))}`;
  return `${two(stream.integer(24))}:${two(stream.integer(60))}`;
}

function distinctWords(count: number, stream: RandomStream): string[] {
  const words = new Set<string>();
  while (words.size < count) words.add(word(stream));
  return [...words];
}

function exercise(user: string, assistant: string): Message[] {
  return [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ];
}

/**
 * An exercise in copying (induction): repeat all words, go on behind a cue, repeat slices, or give the value of a key. The
 * hurdle of a from-scratch model is copying (specs/miniature.md section 2); none of these texts has the form of a call.
 */
export function copyExercise(stream: RandomStream): Message[] {
  const draw = stream.uniform();
  if (draw < 0.2) {
    const text = distinctWords(3 + stream.integer(6), stream).join(' ');
    return exercise(text, text);
  }
  if (draw < 0.5) {
    const words = distinctWords(6 + stream.integer(9), stream);
    const at = stream.integer(words.length - 2);
    return exercise(`${words.join(' ')}\n${words[at]!}`, words.slice(at + 1, at + 6).join(' '));
  }
  if (draw < 0.75) {
    const words = distinctWords(6 + stream.integer(9), stream);
    const slice = () => {
      const at = stream.integer(words.length - 4);
      return words.slice(at, at + 5).join(' ');
    };
    return exercise(words.join(' '), Array.from({ length: 3 }, slice).join('\n'));
  }
  const pairs = distinctWords(8 + 2 * stream.integer(4), stream);
  const keys = pairs.filter((_, i) => i % 2 === 0);
  const values = pairs.filter((_, i) => i % 2 === 1);
  const asked = stream.shuffle(keys.map((_, i) => i)).slice(0, 3);
  return exercise(
    `${keys.map((key, i) => `${key}: ${values[i]!}`).join(', ')}\n${asked.map((i) => keys[i]!).join(' ')}`,
    asked.map((i) => `${keys[i]!}: ${values[i]!}`).join(', '),
  );
}
