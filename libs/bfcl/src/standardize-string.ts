/**
 * Comparison form of a string (specification 4.5): without spaces and `, . / - _ * ^`, lower case, double quotes for single ones.
 * Tabs, line breaks, non-breaking spaces and `: ; ! ? & ( )` stay.
 */
export function standardizeString(text: string): string {
  return text
    .replace(/[ ,./\-_*^]/g, '')
    .toLowerCase()
    .replaceAll("'", '"');
}
