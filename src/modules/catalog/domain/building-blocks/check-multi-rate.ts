import type { FieldError } from '../../../../shared/kernel/refusal.js';
import { partOf, type Charge, type Pricing } from '../pricing/language/pricing.js';
import type { BlockBook } from './block-book.js';
import type { ChildUsageType, MultiRateUsageType } from './building-block.js';

interface Placed {
  readonly charge: Charge;
  readonly path: string;
  /** The child it charges: its part, which is the parent itself where it names none. */
  readonly child: string;
}

/**
 * A price that charges records of a multi-rate usage type charges each of its children, in their order and as they are
 * defined, and no others; what is billed under which usage type follows from the level that is invoiced.
 */
export function checkMultiRate(blocks: BlockBook, pricing: Pricing): readonly FieldError[] {
  const named = new Set(pricing.charges.flatMap(({ when }) => when?.usageType ?? []));
  return [...named].flatMap((parent) => {
    const definition = blocks.latest('MULTI_RATE_USAGE_TYPE', parent);
    return definition === undefined ? [] : checkParent(parent, definition, placedOf(pricing, parent));
  });
}

/** Charges without usage and those of other usage types are not its children. */
function placedOf({ charges }: Pricing, parent: string): readonly Placed[] {
  return charges.flatMap((charge, index) => {
    if (charge.on !== undefined || (charge.when?.usageType ?? parent) !== parent) return [];
    return [{ charge, path: `charges[${index}]`, child: partOf(charge) === '' ? parent : partOf(charge) }];
  });
}

function checkParent(
  parent: string,
  { children, invoiceAt }: MultiRateUsageType,
  placed: readonly Placed[],
): readonly FieldError[] {
  const names = children.map(({ usageType }) => usageType);
  const errors: FieldError[] = [];
  const fail = (path: string, message: string): void => {
    errors.push({ path, message });
  };
  for (const { charge, path, child } of placed) {
    const definition = children.find(({ usageType }) => usageType === child);
    if (definition === undefined) {
      fail(`${path}.part`, `must be a child of multi-rate usage type ${parent} (${names.join(', ')}); it is ${child}`);
      continue;
    }
    const billed = invoiceAt === 'PARENT' ? parent : child;
    if ((charge.usageType ?? parent) !== billed) {
      fail(`${path}.usageType`, `must be ${billed}: multi-rate usage type ${parent} is invoiced at its ${invoiceAt}`);
    }
    checkPercent(fail, `${path}.percent`, charge, definition, placed);
  }
  for (const name of names) {
    if (!placed.some(({ child }) => child === name)) fail('charges', `must charge ${name}, a child of ${parent}`);
  }
  if (errors.length === 0) checkOrder(fail, parent, names, placed);
  return errors;
}

function checkPercent(
  fail: (path: string, message: string) => void,
  path: string,
  { percent }: Charge,
  { usageType, percent: defined }: ChildUsageType,
  placed: readonly Placed[],
): void {
  if (defined === undefined) return;
  const says = `child ${usageType} is ${defined.value} percent of ${defined.of.join(', ')}`;
  if (percent?.value !== defined.value) fail(`${path}.value`, `must be ${defined.value}: ${says}`);
  if (percent === undefined) return;
  const wanted = placed.filter(({ child }) => defined.of.includes(child)).map(({ charge }) => charge.name);
  const of = typeof percent.of === 'string' ? [] : percent.of;
  if (wanted.length !== of.length || wanted.some((name) => !of.includes(name))) {
    fail(`${path}.of`, `must be [${wanted.map((name) => `"${name}"`).join(', ')}]: ${says}`);
  }
}

function checkOrder(
  fail: (path: string, message: string) => void,
  parent: string,
  names: readonly string[],
  placed: readonly Placed[],
): void {
  const begun = [...new Set(placed.map(({ child }) => child))];
  const wrong = begun.find((child, index) => child !== names[index]);
  const first = placed.find(({ child }) => child === wrong);
  if (first !== undefined) {
    fail(first.path, `comes too early: the children of ${parent} are charged in the order ${names.join(', ')}`);
  }
}
