// The layers of libs/: imports go downwards only. A lib missing here fails the check, so a new lib has to say where it belongs.
const layers = [
  ['record', 'random'],
  [
    'artifact',
    'ledger',
    'lineage',
    'tool-call',
    'judge',
    'dialogue',
    'tokenizer',
    'chat-template',
    'checkpoint',
    'tensor',
    'pipeline',
    'chat-endpoint',
    'cache-gateway',
  ],
  ['nn', 'optim', 'generation'],
  ['loss', 'training', 'curriculum', 'mcts', 'preference', 'bfcl', 'bfcl-environments', 'bfcl-multi-turn', 'api-bank'],
  ['stage', 'report', 'policy', 'answer', 'bfcl-eval', 'api-bank-eval'],
];
const upwards = layers.slice(0, -1).map((libs, index) => ({
  name: `layer-${index}-imports-upwards`,
  severity: 'error',
  from: { path: `^libs/(${libs.join('|')})/` },
  to: {
    path: `^(libs/(${layers
      .slice(index + 1)
      .flat()
      .join('|')}|stages)|apps|datasets|tools)/`,
  },
}));
const known = layers.flat().join('|');

module.exports = {
  forbidden: [
    ...upwards,
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-without-a-layer',
      severity: 'error',
      from: { path: '^libs/', pathNot: `^libs/(${known}|stages)/` },
      to: {},
    },
    {
      name: 'mcts-knows-no-preference',
      severity: 'error',
      from: { path: '^libs/mcts/' },
      to: { path: '^libs/preference/' },
    },
    {
      name: 'benchmarks-know-no-training',
      severity: 'error',
      from: { path: '^libs/(bfcl|bfcl-environments|bfcl-multi-turn|api-bank)/' },
      to: { path: '^libs/(training|loss|optim)/' },
    },
    {
      name: 'loss-knows-no-tokens',
      severity: 'error',
      from: { path: '^libs/loss/' },
      to: { path: '^libs/(tokenizer|chat-template|record)/' },
    },
    {
      name: 'stages-know-only-libs',
      severity: 'error',
      from: { path: '^libs/stages/([^/]+)/' },
      to: { path: '^(apps|tools)/|^libs/stages/(?!$1/)' },
    },
    {
      name: 'only-the-public-file-of-a-lib',
      severity: 'error',
      from: { path: '^(libs/(?:stages/)?[^/]+)/' },
      to: { path: '^libs/(?:stages/)?[^/]+/src/(?!index\\.ts$)', pathNot: '^$1/' },
    },
    {
      name: 'undeclared-dependency',
      severity: 'error',
      from: { path: '^(libs|datasets|apps)/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '\\.node$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules/(?!@itool)' },
    exclude: { path: '(^|/)(testdata|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
