import { escapeText } from '../draw/markup.ts';

export type Cell = {
  /** Markup; use `text` or `number` to make it from untrusted text. */
  html: string;
  numeric: boolean;
  heading?: boolean;
};

export const text = (value: string): Cell => ({ html: escapeText(value), numeric: false });
export const heading = (value: string): Cell => ({ html: escapeText(value), numeric: false, heading: true });
export const number = (value: string): Cell => ({ html: escapeText(value), numeric: true });
export const markup = (html: string, numeric = false): Cell => ({ html, numeric });

export type TableRow = { cells: readonly Cell[]; name?: string };

/** A table with its numeric columns set right. Wrapped so that a wide one scrolls by itself on a narrow screen. */
export function table(
  columns: readonly Cell[],
  rows: readonly TableRow[],
  options: { caption?: string; width?: 'narrow' | 'even' } = {},
): string {
  const caption = options.caption === undefined ? '' : `<caption>${escapeText(options.caption)}</caption>`;
  const head = columns.map((cell) => `<th scope="col"${cell.numeric ? ' class="n"' : ''}>${cell.html}</th>`).join('');
  const body = rows.map(({ cells, name }) => {
    const inner = cells.map((cell) => {
      const tag = cell.heading ? 'th' : 'td';
      return `<${tag}${cell.heading ? ' scope="row"' : ''}${cell.numeric ? ' class="n"' : ''}>${cell.html}</${tag}>`;
    });
    return `<tr${name === undefined ? '' : ` class="${name}"`}>${inner.join('')}</tr>\n`;
  });
  return `<div class="scroll"><table${options.width === undefined ? '' : ` class="${options.width}"`}>${caption}<thead><tr>${head}</tr></thead><tbody>\n${body.join('')}</tbody></table></div>\n`;
}
