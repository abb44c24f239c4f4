import { errorClassOfApiBank } from './error-class.ts';
import { gradeDimensions } from './grade-dimensions.ts';

const expected = [{ name: 'book', arguments: { city: 'Bonn', nights: 2 } }];

describe('gradeDimensions', () => {
  it.each([
    ['[book(city="Bonn", nights=2)]', 'A', [true, true, true, true]],
    ['[book(city="bonn.", nights=2)]', 'B', [true, true, true, true]],
    ['[book(city="Bonn", nights=3)]', 'C', [true, true, true, false]],
    ['[book(city="Bonn", days=2)]', 'C', [true, true, false, false]],
    ['[book(city="Bonn")]', 'C', [true, false, false, false]],
    ['[stay(city="Bonn", nights=2)]', 'D', [false, true, true, true]],
    ['[book(city="Bonn", nights=2), book(city="Bonn", nights=2)]', 'D', [false, false, false, false]],
    ['I cannot do that.', 'D', [false, false, false, false]],
  ] as const)('grades %s with %s', (predicted, grade, [name, count, names, values]) => {
    expect(gradeDimensions({ expected, predicted })).toMatchObject({
      grade,
      function_name: name,
      parameter_count: count,
      parameter_names: names,
      parameter_values: values,
    });
  });
  it('measures similarity by the tokens that both texts share', () => {
    // Both texts have 14 tokens: [ book ( city = " Bonn " , nights = 2 ) ] with 2 or 3, hence 13 shared.
    const { similarity } = gradeDimensions({ expected, predicted: '[book(city="Bonn", nights=3)]' });
    expect(similarity).toBeCloseTo((2 * 13) / 28, 12);
    expect(gradeDimensions({ expected, predicted: 'no call' }).similarity).toBe(0);
  });
  it('is all right when nothing was to be called and nothing is', () => {
    expect(gradeDimensions({ expected: [], predicted: 'Which city?' })).toEqual({
      grade: 'A',
      function_name: true,
      parameter_count: true,
      parameter_names: true,
      parameter_values: true,
      similarity: 1,
    });
    expect(gradeDimensions({ expected: [], predicted: '[book()]' })).toMatchObject({
      grade: 'D',
      function_name: false,
    });
  });
});

describe('errorClassOfApiBank', () => {
  it.each([
    ['CORRECT', null],
    ['NO_API_CALL', 'code_syntax'],
    ['API_NAME_MISMATCH', 'tool_name'],
    ['MISS_INPUT_ARGUMENT', 'parameter_count'],
    ['INVALID_INPUT_PARAMETER', 'parameter_name'],
    ['HAS_EXCEPTION', 'parameter_value'],
    ['KEY_ERROR', 'other'],
    ['toString', 'other'],
  ])('maps %s to %s', (outcome, error_class) => {
    expect(errorClassOfApiBank(outcome)).toBe(error_class);
  });
});
