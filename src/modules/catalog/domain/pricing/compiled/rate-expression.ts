import { parse, type ASTNode } from '@marcbachmann/cel-js';
import type { PricedUsage } from '../charging/priced-usage.js';
import { QUANTITY_SCALE } from '../language/pricing.js';
import { divideRounded } from '../../../../../shared/kernel/rounding.js';
import {
  compare,
  dividedBy,
  fractionOf,
  negated,
  plus,
  remainder,
  rounded,
  times,
  type Fraction,
} from '../numbers/exact-fraction.js';
import type { QuantityUnits } from '../numbers/scaled.js';

/** What an expression is made of: exact numbers, texts of attributes, and truth. */
type Value = Fraction | string | boolean;
type Evaluate = (usage: PricedUsage) => Value;

/** An expression that cannot be understood: said when it is written, not when a record comes. */
export class ExpressionInvalid extends Error {}
/** An expression that has no value for a record. */
export class NoValue extends Error {}

const MAX_LENGTH = 1000;
const SCALE = 10n ** BigInt(QUANTITY_SCALE);

/**
 * A quantity by an expression in CEL, such as `math.ceil(bytes / 1048576)`. The library reads it; it is evaluated here,
 * for every number in it is an exact decimal and no double: 7 / 2 is 3.5, and only the result is rounded, half up at 12
 * decimals. Names are quantities of the record; `attributes.name` are its texts, `quantities["a name"]` the quantities
 * whose names are no identifiers.
 * @throws ExpressionInvalid for what is not CEL or not of this part of it.
 */
export function compileExpression(expression: string): (usage: PricedUsage) => QuantityUnits {
  if (expression.length > MAX_LENGTH) throw new ExpressionInvalid(`may have at most ${MAX_LENGTH} characters`);
  const evaluate = compileNode(treeOf(expression));
  return (usage) => {
    const value = evaluate(usage);
    if (typeof value !== 'object') throw new NoValue(`comes to ${describeValue(value)} and not to a number`);
    if (value.n < 0n) throw new NoValue('comes to less than 0');
    return divideRounded(value.n * SCALE, value.d, 'HALF_UP');
  };
}

function treeOf(expression: string): ASTNode {
  try {
    return parse(expression).ast;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new ExpressionInvalid(`is not an expression in CEL: ${said}`);
  }
}

function compileNode(node: ASTNode): Evaluate {
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
      return quantity(node.args);
    case '.':
      return member(node.args[0], node.args[1]);
    case '[]':
      return member(node.args[0], textOf(node.args[1]));
    case 'call':
      return call(node.args[0], node.args[1], node);
    case 'rcall':
      if (node.args[1].op !== 'id' || node.args[1].args !== 'math') throw notHere(node);
      return call(`math.${node.args[0]}`, node.args[2], node);
    case '?:': {
      const [condition, yes, no] = node.args.map(compileNode) as [Evaluate, Evaluate, Evaluate];
      return (usage) => (truth(condition(usage)) ? yes(usage) : no(usage));
    }
    case '&&':
      return both(node.args, (a, b) => (usage) => truth(a(usage)) && truth(b(usage)));
    case '||':
      return both(node.args, (a, b) => (usage) => truth(a(usage)) || truth(b(usage)));
    case '!_': {
      const inner = compileNode(node.args);
      return (usage) => !truth(inner(usage));
    }
    case '-_': {
      const inner = compileNode(node.args);
      return (usage) => negated(number(inner(usage)));
    }
    case 'in':
      return oneOf(node.args[0], node.args[1]);
    case '==':
      return both(node.args, (a, b) => (usage) => same(a(usage), b(usage)));
    case '!=':
      return both(node.args, (a, b) => (usage) => !same(a(usage), b(usage)));
    case '+':
      return arithmetic(node.args, plus);
    case '-':
      return arithmetic(node.args, (a, b) => plus(a, negated(b)));
    case '*':
      return arithmetic(node.args, times);
    case '/':
      return arithmetic(node.args, (a, b) => dividedBy(a, divisor(b)));
    case '%':
      return arithmetic(node.args, (a, b) => remainder(a, divisor(b)));
    case '<':
      return comparison(node.args, (order) => order < 0);
    case '<=':
      return comparison(node.args, (order) => order <= 0);
    case '>':
      return comparison(node.args, (order) => order > 0);
    case '>=':
      return comparison(node.args, (order) => order >= 0);
    default:
      throw notHere(node);
  }
}

/** A number is read from the text of the expression: the library has made a double of it. */
function literal(node: ASTNode & { readonly op: 'value' }): Evaluate {
  const { args } = node;
  if (typeof args === 'string' || typeof args === 'boolean') return () => args;
  const value = fractionOf(node.input.slice(node.range.start, node.range.end));
  if (value === undefined) throw notHere(node);
  return () => value;
}

function quantity(name: string): Evaluate {
  return (usage) => {
    const text = usage.quantity(name);
    const value = typeof text === 'string' ? fractionOf(text) : undefined;
    if (value !== undefined) return value;
    throw new NoValue(
      typeof text === 'string'
        ? `needs quantity "${name}", which is "${text.slice(0, 80)}" and not a decimal`
        : `needs quantity "${name}", which the record does not have`,
    );
  };
}

function member(of: ASTNode, name: string): Evaluate {
  if (of.op !== 'id') throw notHere(of);
  if (of.args === 'quantities') return quantity(name);
  if (of.args !== 'attributes') throw notHere(of);
  return (usage) => {
    const text = usage.attribute(name);
    if (typeof text !== 'string') throw new NoValue(`needs attribute "${name}", which the record does not have`);
    return text;
  };
}

/** Of one number, by the names of CEL's mathematics. */
const OF_ONE: Readonly<Record<string, (value: Fraction) => Fraction>> = {
  'math.ceil': (value) => rounded(value, 'CEILING'),
  'math.floor': (value) => rounded(value, 'FLOOR'),
  'math.round': (value) => rounded(value, 'HALF_UP'),
  'math.abs': (value) => (value.n < 0n ? negated(value) : value),
};
/** Of several: which of two is taken. */
const OF_MANY: Readonly<Record<string, (order: number) => boolean>> = {
  'math.least': (order) => order <= 0,
  'math.greatest': (order) => order >= 0,
};

function call(name: string, args: readonly ASTNode[], node: ASTNode): Evaluate {
  const [first] = args;
  if (first === undefined) throw notHere(node);
  const ofMany = OF_MANY[name];
  if (ofMany !== undefined) {
    const evaluates = args.map(compileNode);
    return (usage) => {
      return evaluates.map((evaluate) => number(evaluate(usage))).reduce((a, b) => (ofMany(compare(a, b)) ? a : b));
    };
  }
  if (args.length > 1) throw notHere(node);
  if (name === 'has') return isThere(first);
  const inner = compileNode(first);
  if (name === 'decimal') return (usage) => decimalOf(inner(usage));
  const ofOne = OF_ONE[name];
  if (ofOne === undefined) throw notHere(node);
  return (usage) => ofOne(number(inner(usage)));
}

/** `has(attributes.quality)`, `has(quantities.bytes)`. */
function isThere(node: ASTNode): Evaluate {
  if (node.op !== '.' || node.args[0].op !== 'id') throw notHere(node);
  const [{ args: of }, name] = node.args;
  if (of === 'attributes') return (usage) => typeof usage.attribute(name) === 'string';
  if (of === 'quantities') return (usage) => typeof usage.quantity(name) === 'string';
  throw notHere(node);
}

function decimalOf(value: Value): Fraction {
  const made = typeof value === 'string' ? fractionOf(value) : value;
  if (typeof made === 'object') return made;
  throw new NoValue(`makes a decimal of ${describeValue(value)}`);
}

function both(args: readonly [ASTNode, ASTNode], make: (a: Evaluate, b: Evaluate) => Evaluate): Evaluate {
  return make(compileNode(args[0]), compileNode(args[1]));
}

function arithmetic(args: readonly [ASTNode, ASTNode], apply: (a: Fraction, b: Fraction) => Fraction): Evaluate {
  return both(args, (a, b) => (usage) => apply(number(a(usage)), number(b(usage))));
}

function comparison(args: readonly [ASTNode, ASTNode], holds: (order: number) => boolean): Evaluate {
  return both(args, (a, b) => (usage) => holds(compare(number(a(usage)), number(b(usage)))));
}

function oneOf(value: ASTNode, list: ASTNode): Evaluate {
  if (list.op !== 'list') throw notHere(list);
  const wanted = compileNode(value);
  const entries = list.args.map(compileNode);
  return (usage) => {
    const found = wanted(usage);
    return entries.some((entry) => same(found, entry(usage)));
  };
}

function same(a: Value, b: Value): boolean {
  return typeof a === 'object' && typeof b === 'object' ? compare(a, b) === 0 : a === b;
}

function divisor(value: Fraction): Fraction {
  if (value.n === 0n) throw new NoValue('divides by 0');
  return value;
}

function number(value: Value): Fraction {
  if (typeof value === 'object') return value;
  throw new NoValue(`calculates with ${describeValue(value)}: decimal(…) makes a number of a text`);
}

function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new NoValue(`asks whether ${describeValue(value)} is true`);
}

function textOf(node: ASTNode): string {
  if (node.op === 'value' && typeof node.args === 'string') return node.args;
  throw notHere(node);
}

function describeValue(value: Value): string {
  return typeof value === 'object' ? 'a number' : JSON.stringify(value);
}

function notHere(node: ASTNode): ExpressionInvalid {
  const text = node.input.slice(node.range.start, node.range.end).slice(0, 80);
  return new ExpressionInvalid(
    `has "${text}", which a rate unit cannot use: it may have quantities by name, quantities["…"], attributes.…, ` +
      'decimals, texts, + - * / %, comparisons, in, && || !, ? :, has(…), decimal(…), math.ceil, math.floor, math.round, math.abs, ' +
      'math.least and math.greatest',
  );
}
