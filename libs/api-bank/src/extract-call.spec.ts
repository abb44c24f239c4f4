import { extractCall, parseCall } from './extract-call.ts';

const params = (text: string) => Object.fromEntries(parseCall(text)?.params ?? []);

describe('extractCall', () => {
  it.each([
    ['[GetToday()]', '[GetToday()]'],
    ['API-Request: [GetToday()]->', '[GetToday()]'],
    ["two [A(x='1')] [B()] on a line", "[A(x='1')] [B()]"],
    ['no brackets GetToday()', null],
    ['[GetToday(]', null],
    ['[Get Today()]', null],
    ['[A(\n)]', null],
    ['[A(\n[B()]', '[B()]'],
    ['[[A()]]', '[A()]'],
    ['[[A()]])]', '[A()]])]'],
    ['[A(] [B()]', '[A(] [B()]'],
    ['[Ä1_(x=1)]', '[Ä1_(x=1)]'],
    ['', null],
    ['\0[A()]\0', '[A()]'],
  ])('takes from %j the part %j', (output, part) => {
    expect(extractCall(output)).toBe(part);
  });
});

describe('parseCall', () => {
  it.each([
    ["[A(k='v', k2='v2')]", { k: 'v', k2: 'v2' }],
    ['[A(k = "v", n=5, on=True)]', { k: 'v', n: '5', on: 'True' }],
    ['[A(k=\'mixed")]', { k: 'mixed' }],
    ["[A(k='it's')]", { k: 'it' }],
    ["[A(k='', k2='v')]", { k: "', k2=" }],
    ['[A(k=1.5)]', { k: '1' }],
    ['[A(k=-3)]', {}],
    ["[A(l=['a', 'b'], k='v')]", { l: "['a', 'b']", k: 'v' }],
    ["[A(l=['a'], m=['b'])]", { l: "['a'], m=['b']" }],
    ["[A(l='['a']')]", { l: '[' }],
    ["[A(k='1', k='2')]", { k: '2' }],
    ["[A(a b='1')]", { b: '1' }],
    ["[A('v')]", {}],
    ["[A(k==v, m='x')]", { m: 'x' }],
    ["[A(__proto__='x')]", Object.fromEntries([['__proto__', 'x']])],
    ["[A(k\u00a0=\u2003'v')]", { k: 'v' }],
  ])('reads %j', (text, expected) => {
    expect(params(text)).toEqual(expected);
  });

  it.each([
    ['open calls', '[a('.repeat(300_000)],
    ['closers on many lines', ')]\n'.repeat(300_000)],
    ['a long name', `[${'a'.repeat(1_000_000)}`],
    ['a name without a value', `[A(${'a'.repeat(1_000_000)})]`],
    ['spaces', `[A(${'a '.repeat(300_000)}=)]`],
    ['quotes', `[A(${"k='".repeat(300_000)})]`],
    ['brackets', `[A(${'k=['.repeat(300_000)})]`],
    ['equal signs', `[A(${'k='.repeat(300_000)})]`],
  ])('stays linear on a megabyte of %s', (_, text) => {
    const before = process.cpuUsage().user;
    parseCall(extractCall(text) ?? '');
    // A quadratic scan of this length takes minutes; the bound is far above what a loaded machine needs.
    expect(process.cpuUsage().user - before).toBeLessThan(20e6);
  });
});
