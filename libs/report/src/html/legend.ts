import { escapeText } from '../draw/markup.ts';

type Mark = 'bar' | 'line' | 'dashed';

/** Names of the series beside a sample of their mark. */
export function legend(entries: readonly { label: string; colour: number | 'quiet'; mark: Mark }[]): string {
  const items = entries.map(({ label, colour, mark }) => {
    const name = colour === 'quiet' ? 'quiet' : `c${colour}`;
    const sample =
      mark === 'bar'
        ? `<rect class="bar ${name}" x="2" y="1" width="20" height="10"/>`
        : `<line class="line ${name}${mark === 'dashed' ? ' dashed' : ''}" x1="0" x2="26" y1="6" y2="6"/>`;
    return `<li><svg viewBox="0 0 26 12" aria-hidden="true">${sample}</svg>${escapeText(label)}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>\n`;
}
