import { checkCase, dictGet, isDict, type PyDict, parsePyJson } from './index.ts';

function dict(text: string): PyDict {
  const value = parsePyJson(text);
  if (!isDict(value)) throw new Error('fixture is no object');
  return value;
}

const DOCS = [
  dict(`{"name": "shop.order", "parameters": {"type": "dict", "required": ["item"], "properties": {
    "item": {"type": "string"}, "count": {"type": "integer"}, "price": {"type": "float"}, "gift": {"type": "boolean"},
    "sizes": {"type": "array", "items": {"type": "integer"}}, "tags": {"type": "array", "items": {"type": "string"}},
    "box": {"type": "tuple", "items": {"type": "integer"}}, "address": {"type": "dict"},
    "lines": {"type": "array", "items": {"type": "dict"}}, "free": {"type": "any"}}}}`),
  dict(
    '{"name": "ping", "parameters": {"type": "dict", "properties": {"host": {"type": "string"}}, "required": ["host"]}}',
  ),
];
const ANSWER = [
  dict(`{"shop.order": {"item": ["Tea, green", "matcha"], "count": [2, ""], "price": [2.0, ""], "gift": [true, ""],
    "sizes": [[1, 2], ""], "tags": [["A B"], ""], "box": [[3, 4], ""], "address": [{"city": ["Rome"], "zip": [1, ""]}, ""],
    "lines": [[{"k": ["v"]}, {"k": [2]}], ""], "free": ["x", ""]}}`),
];

function check(reply: string, options: { category?: string; answers?: PyDict[]; docs?: PyDict[] } = {}) {
  return checkCase({
    category: options.category ?? 'simple',
    question: { function_docs: options.docs ?? DOCS },
    answer: { ground_truth: options.answers ?? ANSWER },
    modelOutput: reply,
    strip: 'v4',
  });
}

describe('checkCase on one call', () => {
  it.each([
    ['item="matcha"', null],
    ['item="TEA green."', null],
    ['item="coffee"', 'value_error:string'],
    ['item=1', 'type_error:simple'],
    ['item=None', 'type_error:simple'],
    ['count=2', 'simple_function_checker:missing_required'],
    ['item="matcha", colour="red"', 'simple_function_checker:unexpected_param'],
    ['item="matcha", count=2.0', 'type_error:simple'],
    ['item="matcha", count=True', 'type_error:simple'],
    ['item="matcha", count=3', 'value_error:others'],
    ['item="matcha", count=""', 'type_error:simple'],
    ['item="matcha", price=2', null],
    ['item="matcha", gift=True', null],
    ['item="matcha", gift=1', 'type_error:simple'],
    ['item="matcha", sizes=[1, 2]', null],
    ['item="matcha", sizes=[]', null],
    ['item="matcha", sizes=[2, 1]', 'value_error:list/tuple'],
    ['item="matcha", sizes=(1, 2)', 'type_error:simple'],
    ['item="matcha", tags=["a-b"]', null],
    ['item="matcha", box=(3, 4)', null],
    ['item="matcha", box=[3, 4]', null],
    ['item="matcha", address={"city": "ROME"}', null],
    ['item="matcha", address={"city": "Rome", "zip": 2}', 'value_error:dict_value'],
    ['item="matcha", address={"city": "Rome", "street": 2}', 'value_error:dict_key'],
    ['item="matcha", address={"zip": 1}', 'value_error:dict_key'],
    ['item="matcha", lines=[{"k": "V"}, {"k": 2}]', null],
    ['item="matcha", lines=[{"k": "v"}]', 'value_error:list_dict_count'],
    // The optional mark comes last here and counts as an empty list, so its error is the one reported.
    ['item="matcha", lines=[{"k": 2}, {"k": "v"}]', 'value_error:list_dict_count'],
    ['item="matcha", free=" - "', null],
  ])('judges shop.order(%s)', (values, error_type) => {
    expect(check(`[shop.order(${values})]`)).toMatchObject({ valid: error_type === null, error_type });
  });

  it('checks element types only until the optional mark', () => {
    const answer = (accepted: string) => [dict(`{"shop.order": {"item": ["tea"], "sizes": ${accepted}}}`)];
    expect(check('shop.order(item="tea", sizes=["1"])', { answers: answer('[[1], ""]') }).error_type).toBe(
      'value_error:list/tuple',
    );
    expect(check('shop.order(item="tea", sizes=["1"])', { answers: answer('[[1]]') }).error_type).toBe(
      'type_error:nested',
    );
    expect(check('shop.order(item="tea")', { answers: answer('[[1]]') }).error_type).toBe(
      'simple_function_checker:missing_optional',
    );
  });

  it('compares a variable as it is', () => {
    const answers = [dict('{"shop.order": {"item": ["tea"], "count": ["total_count", ""]}}')];
    expect(check('shop.order(item="tea", count=total_count)', { answers }).valid).toBe(true);
    expect(check('shop.order(item="tea", count="Total_Count")', { answers }).error_type).toBe('value_error:others');
  });

  it('names what does not decode, and wrong names and counts', () => {
    expect(check('No.')).toMatchObject({
      decodes: false,
      error_type: 'ast_decoder:decoder_failed',
      error_class: 'code_syntax',
    });
    expect(check('[order(item="matcha")]')).toMatchObject({
      error_type: 'simple_function_checker:wrong_func_name',
      error_class: 'tool_name',
      grade: 'D',
    });
    expect(check('[]').error_type).toBe('simple_function_checker:wrong_count');
  });

  it('survives operators of any depth', () => {
    expect(check(`[shop.order(item=${'not '.repeat(50_000)}1)]`).error_type).toBe('ast_decoder:decoder_failed');
  });

  it('grades by how literally a right answer is given', () => {
    expect(check('[shop.order(item="matcha")]').grade).toBe('A');
    expect(check('[shop.order(item="Matcha")]').grade).toBe('B');
    expect(check('[shop.order(item="coffee")]').grade).toBe('C');
  });

  it('reads function-calling replies with underscores for dots', () => {
    const fc = (reply: string) =>
      checkCase({
        category: 'simple',
        question: { function_docs: DOCS },
        answer: { ground_truth: ANSWER },
        modelOutput: { mode: 'fc', calls: parsePyJson(reply) },
        strip: 'v4',
        underscoreToDot: true,
      });
    expect(fc('[{"shop_order": "{\\"item\\": \\"matcha\\", \\"price\\": 2}"}]').valid).toBe(true);
    expect(fc('[{"shop.order": "{}"}]').error_type).toBe('simple_function_checker:wrong_func_name');
    expect(fc('[{"shop_order": "[1]"}]').error_type).toBe('ast_decoder:decoder_wrong_output_format');
    expect(fc('[{"shop_order": "{"}]').error_type).toBe('ast_decoder:decoder_failed');
    expect(fc('"text"').error_type).toBe('ast_decoder:decoder_failed');
  });
});

describe('checkCase on several calls', () => {
  const answers = [dict('{"ping": {"host": ["a", "b"]}}'), dict('{"ping": {"host": ["a"]}}')];
  const parallel = (reply: string) => check(reply, { category: 'live_parallel_unseen', answers });
  it('pairs greedily in the order of the answers', () => {
    expect(parallel('[ping(host="b"), ping(host="a")]').valid).toBe(true);
    // A backtracking matcher would accept this one: the first answer takes the only call that fits the second.
    expect(parallel('[ping(host="a"), ping(host="b")]')).toMatchObject({
      error_type: 'parallel_function_checker_no_order:cannot_find_match',
      sub_errors: [[1, 'value_error:string', expect.stringContaining("'b'. Expected one of ['a']")]],
    });
  });
  it('classifies by the best alignment', () => {
    const twoTools = [ANSWER[0]!, dict('{"ping": {"host": ["a"]}}')];
    const reply = '[ping(), shop.order(item="coffee")]';
    expect(check(reply, { category: 'parallel_multiple', answers: twoTools })).toMatchObject({
      error_type: 'parallel_function_checker_no_order:cannot_find_match',
      error_class: 'parameter_count',
      grade: 'C',
    });
  });
  it('looks up the document of the answer in multiple', () => {
    const one = [dict('{"ping": {"host": ["a"]}}')];
    expect(check('[ping(host="a")]', { category: 'multiple', answers: one }).valid).toBe(true);
    expect(check('[ping(host="a"), ping(host="a")]', { category: 'multiple', answers: one }).error_type).toBe(
      'multiple_function_checker:wrong_count',
    );
  });
});

describe('checkCase on relevance', () => {
  it.each([
    ['irrelevance_unseen', 'Sorry, nothing fits.', null],
    ['irrelevance', '[]', null],
    ['live_irrelevance', '[f(a=1)]', 'irrelevance_error:decoder_success'],
    ['irrelevance', 'Unavailable()', 'irrelevance_error:decoder_success'],
    ['live_relevance', '[f(a=1)]', null],
    ['live_relevance', 'Sorry.', 'relevance_error:decoder_failed'],
  ])('%s: %s', (category, modelOutput, error_type) => {
    const verdict = checkCase({ category, question: { function_docs: [] }, modelOutput, strip: 'v4' });
    expect(verdict).toMatchObject({ valid: error_type === null, error_type });
  });
});

describe('typed values', () => {
  it('keeps int and float of the data apart', () => {
    const row = dict('{"a": 1, "b": 1.0, "c": 12345678901234567890, "d": [1e2, -0, NaN]}');
    expect(dictGet(row, 'a')).toBe(1n);
    expect(dictGet(row, 'b')).toBe(1);
    expect(dictGet(row, 'c')).toBe(12345678901234567890n);
    expect(dictGet(row, 'd')).toEqual([100, 0n, Number.NaN]);
  });
});
