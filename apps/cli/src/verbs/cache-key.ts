import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateSigningKey, keyId, settingsPath } from '@itool/cache-gateway';
import { ItoolError } from '@itool/record';
import { printJson, type Terminal } from '../terminal.ts';

/** Makes the key that signs what this machine writes, beside the settings, and prints the public half for the settings of the others. */
export function cacheKeyVerb(terminal: Terminal, options: { json?: boolean }): void {
  const path = join(dirname(settingsPath(process.env)), 'cache-key.pem');
  if (existsSync(path)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: cache key: there is one: ${path}`,
      hint: 'Remove it first if it is to be replaced; entries signed by it are then refused wherever it is taken off the list.',
    });
  }
  const { pem, public_key } = generateSigningKey();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  if (options.json) printJson(terminal, { path, public_key, id: keyId(public_key) });
  else {
    terminal.err(
      `private key: ${path} ("signing_key": "cache-key.pem"); its public half, for "trusted_keys" of others:\n`,
    );
    terminal.out(`${public_key}\n`);
  }
}
