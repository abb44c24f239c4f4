/** Numbers as the iTool paper prints them (v1 Tables 1 and 3; specs/itool.md 14.1 and 14.3). */
export type PaperResult = {
  base: string;
  method: string;
  overall: number;
  non_live: number;
  live: number;
  multi_turn: number;
  relevance: number;
  irrelevance: number;
  /** The overall column should be the mean of the three parts; this is that mean where the printed value is another. */
  recomputed: number | null;
};

const row = (
  base: string,
  method: string,
  [overall, non_live, live, multi_turn, relevance, irrelevance]: [number, number, number, number, number, number],
  recomputed: number | null = null,
): PaperResult => ({ base, method, overall, non_live, live, multi_turn, relevance, irrelevance, recomputed });

export const PAPER_RESULTS: readonly PaperResult[] = [
  row('Llama-3.1-8B-Instruct', 'base', [50.15, 81.15, 57.93, 11.38, 78.05, 41.62]),
  row('Llama-3.1-8B-Instruct', 'SFT (the row of ToolACE-8B)', [60.44, 88.94, 74.99, 17.38, 80.49, 85.71]),
  row('Llama-3.1-8B-Instruct', 'iTool', [62.92, 88.82, 76.82, 23.84, 84.9, 80.72], 63.16),
  row('Llama-3.2-3B-Instruct', 'base', [42.98, 11.11, 50.91, 4.0, 63.41, 68.81], 22.01),
  row('Llama-3.2-3B-Instruct', 'SFT', [58.22, 89.27, 73.9, 11.5, 84.37, 78.2]),
  row('Llama-3.2-3B-Instruct', 'iTool', [60.41, 90.45, 75.39, 13.88, 83.93, 87.0], 59.91),
  row('Qwen2.5-7B-Instruct', 'base', [54.27, 85.58, 65.97, 11.25, 92.68, 64.95]),
  row('Qwen2.5-7B-Instruct', 'SFT', [60.69, 90.02, 76.23, 15.92, 73.47, 86.98], 60.72),
  row('Qwen2.5-7B-Instruct', 'iTool', [63.22, 91.29, 81.3, 20.38, 80.28, 85.12], 64.32),
];

export const PAPER_NOTE =
  'As printed in the paper for models of 3B to 8B parameters on the BFCL leaderboard of 2024-10-21. ' +
  'They are shown for orientation and are not comparable with this run: another model, another corpus, another test set, another size.';
