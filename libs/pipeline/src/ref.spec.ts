import { parseRef } from './ref.ts';

describe('parseRef', () => {
  it.each([
    ['sft-hard', { form: 'single', stage: 'sft-hard' }],
    ['rank@i', { form: 'same', stage: 'rank' }],
    ['optimize@i-1|sft-hard', { form: 'previous', stage: 'optimize', first: 'sft-hard' }],
    ['optimize@last', { form: 'last', stage: 'optimize' }],
    ['eval@*', { form: 'all', stage: 'eval' }],
  ])('reads %s', (text, ref) => expect(parseRef(text, 'p')).toEqual(ref));

  it.each(['', '@i', 'a@', 'a@2', 'a@i+1', 'a@i-1', 'a@i|b', 'a|b', 'a@i-1|', 'a@i-1|b@i'])('refuses %j', (text) => {
    expect(() => parseRef(text, 'p.json: stages.x.needs.y')).toThrow('p.json: stages.x.needs.y');
  });
});
