// Lets plain `node` run the TypeScript of this repository without a build step:
//   node --require ./tools/register/register.cjs libs/stage/src/main.ts
// CommonJS output is chosen because it starts fastest and works from Node 20.19 on; no types are checked here (`npm run typecheck` does).
// swc is called directly: @swc-node/register loads the whole TypeScript compiler first, which would double the start time of every stage.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { transformSync } = require('@swc/core');

process.setSourceMapsEnabled(true);

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    configFile: false,
    sourceMaps: 'inline',
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
