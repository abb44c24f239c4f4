import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Source of `templates/compact.jinja`, the template of the models trained from scratch. */
export function compactTemplate(): string {
  return readFileSync(join(__dirname, '..', 'templates', 'compact.jinja'), 'utf8');
}
