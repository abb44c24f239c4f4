#!/usr/bin/env node
require('../../../tools/register/register.cjs');
require('../src/main.ts').main(process.argv.slice(2));
