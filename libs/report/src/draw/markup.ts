/** Text for element content and double-quoted attributes of HTML and SVG; control characters that XML forbids become U+FFFD. */
export function escapeText(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to be replaced
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
  );
}

export type Attributes = Record<string, string | number | null>;

/** One element; attribute values are escaped, `content` is markup. Null attributes are left out, numbers get two decimals at most. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const text = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== null)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`)
    .join('');
  return content === '' && name !== 'text' ? `<${name}${text}/>` : `<${name}${text}>${content}</${name}>`;
}

/** An SVG that scales with its column and is named for screen readers. */
export function figure(width: number, height: number, label: string, content: string): string {
  const size = `${coordinate(width)} ${coordinate(height)}`;
  return `<svg viewBox="0 0 ${size}" role="img" aria-label="${escapeText(label)}">${content}</svg>`;
}

export function svgText(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}

/** At most two decimals, no trailing zeros: the same number always gives the same text. */
export function coordinate(value: number): string {
  const text = value.toFixed(2).replace(/\.?0+$/, '');
  return text === '-0' ? '0' : text;
}

/** Series beyond the palette of the style sheet start again with its first colour. */
export const COLOURS = 7;
