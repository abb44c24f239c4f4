export { type BenchArguments, type BenchWork, readArguments } from './bench-arguments.ts';
export { type BenchFigures, runBench } from './run-bench.ts';
