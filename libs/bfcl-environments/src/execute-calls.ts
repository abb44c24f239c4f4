import {
  dictSet,
  isHashable,
  type PyDict,
  type PyExpression,
  PySyntaxError,
  type PyValue,
  parsePyExpression,
} from '@itool/bfcl';
import type { Printed } from './environment.ts';
import { PyError } from './py-error.ts';
import { arithmetic, dict, getItem, numberOf, truthy } from './py-operators.ts';
import { resultText } from './result-text.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { syntaxMessage } from './syntax-message.ts';

/** The instances that take part in a conversation, each under the variable name that the original gives it. */
export type Instances = ReadonlyMap<string, SimulatedApi>;

/** Characters that the results of one conversation may still have; calls beyond it fail, so that no reply exhausts memory. */
export type ResultBudget = { characters: number };
export const RESULT_BUDGET = 64_000_000;

const NOT_ALLOWED = ['kill', 'exit', 'quit', 'remove', 'unlink', 'popen', 'Popen', 'run'];
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators of ASCII are white space in Python
const FUNCTION_NAME = /(?<![\p{L}\p{N}_])([a-zA-Z_][\p{L}\p{N}_]*)[\s\x1c-\x1f]*(?=\()/gu;

/**
 * Instance variables by method name. No two classes share a method name.
 */
export function instanceNames(instances: Instances): Map<string, string> {
  return new Map([...instances].flatMap(([name, { method_names }]) => method_names.map((method) => [method, name])));
}

/** The original puts the instance before each method name in the whole text, also within string arguments; spaces vanish. */
function withInstances(call: string, names: ReadonlyMap<string, string>): string {
  return call.replace(FUNCTION_NAME, (_, name: string) => {
    const instance = names.get(name);
    return instance === undefined ? name : `${instance}.${name}`;
  });
}

function refuseForbidden(call: string): void {
  const head = call.split('(', 1)[0]!;
  const name = head.includes('.') ? head.split('.', 2)[1]! : head;
  if (NOT_ALLOWED.includes(name)) throw new PyError('ValueError', `Function call ${name} is not allowed.`);
}

type Evaluate = (node: PyExpression) => PyValue;

function unsupported(what: string): never {
  throw new PyError('TypeError', `only calls with literal arguments are executed: ${what}`);
}

function evaluateUnary(op: string, value: PyValue): PyValue {
  if (op === 'not') return !truthy(value);
  const number = numberOf(value);
  if (number === undefined || op === '~') return unsupported(`operator ${op}`);
  return op === '-' ? -number : number;
}

function evaluateDict(entries: readonly [PyExpression | null, PyExpression][], evaluate: Evaluate): PyDict {
  const result = dict({});
  for (const [key, value] of entries) {
    if (key === null) return unsupported('**');
    const name = evaluate(key);
    if (!isHashable(name)) throw new PyError('TypeError', 'unhashable type in a dict');
    dictSet(result, name, evaluate(value));
  }
  return result;
}

/** The result as an argument of another call. */
function asValue(result: PyValue | Printed): PyValue {
  if (typeof result !== 'object' || result === null || Array.isArray(result) || result.kind !== 'printed')
    return result;
  return dict({ result: result.text });
}

/** The node of a call that is at the root of an expression, kept apart because its result need not be a plain value. */
type CallNode = Extract<PyExpression, { kind: 'call' }>;

function runCall(node: CallNode, instances: Instances, evaluate: Evaluate): PyValue | Printed {
  const { func } = node;
  const instance = func.kind === 'attribute' && func.value.kind === 'name' ? instances.get(func.value.id) : undefined;
  if (func.kind !== 'attribute' || instance === undefined) {
    evaluate(func);
    return unsupported('a callee that is no method');
  }
  if (!instance.method_names.includes(func.attr)) {
    throw new PyError('AttributeError', `'${instance.class_name}' object has no attribute '${func.attr}'`);
  }
  const keywords = new Map<string, PyValue>();
  const positional = node.args.map(evaluate);
  for (const { name, value } of node.keywords) {
    if (name === null) return unsupported('**');
    if (keywords.has(name)) {
      throw new PyError('SyntaxError', `keyword argument repeated: ${name} (<string>, line 1)`);
    }
    keywords.set(name, evaluate(value));
  }
  return instance.call(func.attr, positional, [...keywords]);
}

function evaluator(instances: Instances): Evaluate {
  const evaluate: Evaluate = (node) => {
    switch (node.kind) {
      case 'constant':
        return node.value;
      case 'list':
        return node.elements.map(evaluate);
      case 'tuple':
        return { kind: 'tuple', items: node.elements.map(evaluate) };
      case 'dict':
        return evaluateDict(node.entries, evaluate);
      case 'unary':
        return evaluateUnary(node.op, evaluate(node.operand));
      case 'binary':
        if (!['+', '-', '*', '/', '%', '**'].includes(node.op)) return unsupported(`operator ${node.op}`);
        return arithmetic(node.op as '+', evaluate(node.left), evaluate(node.right));
      case 'subscript':
        return getItem(evaluate(node.value), evaluate(node.slice));
      case 'name':
        if (instances.has(node.id)) return unsupported('an instance');
        throw new PyError('NameError', `name '${node.id}' is not defined`);
      case 'attribute':
        evaluate(node.value);
        return unsupported('an attribute');
      case 'call':
        return asValue(runCall(node, instances, evaluate));
      default:
        return unsupported(node.kind);
    }
  };
  return evaluate;
}

function execute(call: string, instances: Instances, names: ReadonlyMap<string, string>): string {
  const text = withInstances(call, names);
  refuseForbidden(text);
  let expression: PyExpression;
  try {
    // Python's `eval` drops blanks and tabs in front of the expression.
    expression = parsePyExpression(text.replace(/^[ \t]+/, ''));
  } catch (error) {
    if (error instanceof PySyntaxError) throw new PyError('SyntaxError', syntaxMessage(text));
    throw error;
  }
  const evaluate = evaluator(instances);
  return resultText(expression.kind === 'call' ? runCall(expression, instances, evaluate) : evaluate(expression));
}

/**
 * Executes calls in order on the instances and returns one result text per call (specification 6.4). A call is parsed and
 * dispatched to a method of a simulated API; nothing is evaluated as code. A failing call gives "Error during execution: ..." and
 * does not stop the rest.
 */
export function executeCalls(
  calls: readonly string[],
  instances: Instances,
  budget: ResultBudget = { characters: RESULT_BUDGET },
): string[] {
  const names = instanceNames(instances);
  return calls.map((call) => {
    try {
      if (budget.characters <= 0) throw new PyError('MemoryError', 'results of this conversation are too long');
      const result = execute(call, instances, names);
      budget.characters -= result.length;
      return result;
    } catch (error) {
      if (error instanceof RangeError) return 'Error during execution: maximum recursion depth exceeded';
      if (!(error instanceof PyError)) throw error;
      return `Error during execution: ${error.message}`;
    }
  });
}
