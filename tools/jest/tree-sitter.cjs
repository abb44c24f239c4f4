// tree-sitter changes the prototypes of its addon when it is loaded and cannot be loaded twice in a process, but Jest loads every
// module anew for each test file. Node's own loader, which Jest leaves in place, loads it once.
const { _load } = require('node:module');

module.exports = _load(require.resolve('../../node_modules/tree-sitter'), null, false);
