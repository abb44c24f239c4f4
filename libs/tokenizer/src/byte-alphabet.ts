/**
 * The 256 printable characters that stand for the bytes in byte-level BPE (GPT-2's table): index = byte. Printable Latin-1
 * bytes stand for themselves, the other 68 take U+0100 and up in order.
 */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const encoder = new TextEncoder();

/** Text as byte characters: its UTF-8 bytes, one character each. */
export function toByteCharacters(text: string): string {
  let out = '';
  for (const byte of encoder.encode(text)) out += BYTE_CHARACTERS[byte]!;
  return out;
}
