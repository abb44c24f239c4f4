import { assignRowIds, canonicalJson, dialogueRowSchema } from './index.ts';

describe('canonicalJson', () => {
  it('sorts keys at every level and keeps array order', () => {
    expect(canonicalJson({ b: [{ z: 1, a: 'x' }, null], a: true })).toBe('{"a":true,"b":[{"a":"x","z":1},null]}');
  });
  it('refuses what JSON would silently change', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow('not finite');
  });
});

describe('assignRowIds', () => {
  it('numbers equal rows and keeps ids when a row is added in front', () => {
    const rows = [{ t: 'a' }, { t: 'b' }, { t: 'a' }];
    const ids = assignRowIds(rows).map((r) => r.row_id);
    expect(new Set(ids).size).toBe(3);
    expect(ids[0]!.slice(0, 16)).toBe(ids[2]!.slice(0, 16));
    const more = assignRowIds([{ t: 'new' }, ...rows]).map((r) => r.row_id);
    expect(more.slice(1)).toEqual(ids);
  });
});

describe('dialogueRowSchema', () => {
  it('names the path of a wrong member', () => {
    const result = dialogueRowSchema.safeParse({
      row_id: 'x',
      source: 's',
      family: 'f',
      tools: [{}],
      tools_text: '',
      messages: [],
    });
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.path).toEqual(['tools', 0, 'name']);
  });
});
