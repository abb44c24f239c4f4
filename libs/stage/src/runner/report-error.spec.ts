import { ItoolError } from '@itool/record';
import { describeError } from './report-error.ts';

describe('describeError', () => {
  const known = new ItoolError({ code: 'bad_config', message: 'pipeline: wrong', hint: 'Correct it.' });

  it('says what happened and what to do', () =>
    expect(describeError(known, false)).toBe('error: pipeline: wrong\n  hint: Correct it.\n'));
  it('knows a full disk', () => {
    expect(describeError(Object.assign(new Error('write'), { code: 'ENOSPC' }), false)).toContain(
      'no space left on the disk',
    );
  });
  it('shows the stack when asked', () => {
    expect(describeError(new Error('odd'), false)).not.toContain('report-error.spec');
    expect(describeError(new Error('odd'), true)).toContain('report-error.spec');
  });
});
