// Lets plain `node` run the TypeScript of this repository without a build step:
//   node --require ./tools/register/register.cjs libs/stage/src/main.ts
// CommonJS output is chosen because it starts fastest and works from Node 20.19 on; no types are checked here (`npm run typecheck` does).
const { register } = require('@swc-node/register/register');

register({
  module: 1, // ts.ModuleKind.CommonJS
  target: 9, // ts.ScriptTarget.ES2022
  esModuleInterop: true,
  sourceMap: true,
  inlineSourceMap: true,
});
