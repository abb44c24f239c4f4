// What Nx loads. Plain JavaScript, because Nx loads TypeScript in another way on every version of Node: from 22.18 on as ES modules with
// stripped types, in which `require` is missing, and before that through the whole TypeScript compiler, which takes a second.
require('../register/register.cjs');
module.exports = require('./src/index.ts');
