/** cos and sin of position*inv_freq[j] for positions 0..rows-1: [rows, inv_freq.length] each */
export interface RotationTables {
  rows: number;
  cosine: Float32Array;
  sine: Float32Array;
}

interface Entry extends RotationTables {
  inv_freq: readonly number[];
}

const KEPT = 4; // models in use at a time

/** A cache of rotation tables that grow with the positions asked for; angles in float64, rounded once (kernels.ts, Rope). */
export function createRotationTables(): (invFreq: readonly number[], positions: Int32Array) => RotationTables {
  const entries: Entry[] = [];
  return (invFreq, positions) => {
    let last = 0;
    for (let i = 0; i < positions.length; i++) last = Math.max(last, positions[i]!);
    const index = entries.findIndex((entry) => sameNumbers(entry.inv_freq, invFreq));
    const found = entries[index];
    if (found !== undefined && found.rows > last) return found;
    if (index >= 0) entries.splice(index, 1);
    const made = rotations(invFreq, Math.max(256, 2 ** Math.ceil(Math.log2(last + 1))));
    entries.push(made);
    if (entries.length > KEPT) entries.shift();
    return made;
  };
}

/** cos and sin of positions 0..rows-1; angles in float64, rounded once. */
export function rotations(invFreq: readonly number[], rows: number): Entry {
  const half = invFreq.length;
  const cosine = new Float32Array(rows * half);
  const sine = new Float32Array(rows * half);
  for (let position = 0; position < rows; position++) {
    for (let j = 0; j < half; j++) {
      const angle = position * invFreq[j]!;
      cosine[position * half + j] = Math.cos(angle);
      sine[position * half + j] = Math.sin(angle);
    }
  }
  return { inv_freq: [...invFreq], rows, cosine, sine };
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
