import type { Checks } from './checks.ts';

/** A proof that takes too long for every test run. Works in temporary folders only. */
export type Soak = { name: string; about: string; run: (checks: Checks) => Promise<void> };
