import { forbiddenParts } from './guarded-body.js';

describe('guarded body', () => {
  it('lets through what a body may hold', () => {
    expect(forbiddenParts({ name: 'a $ in a text', list: [1, null, { deep: true }] })).toEqual([]);
    expect(forbiddenParts('text')).toEqual([]);
    expect(forbiddenParts(undefined)).toEqual([]);
  });

  it.each([
    ['an operator of a database', { where: { $gt: 1 } }, 'where.$gt', 'not an allowed name'],
    ['the prototype', JSON.parse('{"a":[{"__proto__":{}}]}'), 'a[0].__proto__', 'not an allowed name'],
    ['a NUL character in a text', { list: ['a', 'b\u0000c'] }, 'list[1]', 'NUL character'],
    ['a NUL character in a name', { 'a\u0000b': 1 }, 'a\u0000b', 'not an allowed name'],
  ])('names %s', (_, body: unknown, path, message) => {
    expect(forbiddenParts(body)).toEqual([{ path, message: expect.stringContaining(message) as string }]);
  });

  it('names nesting that is absurd, and no more than 20 things', () => {
    let nested: unknown = 1;
    for (let level = 0; level < 50; level += 1) nested = { a: nested };
    expect(forbiddenParts(nested)).toEqual([
      { path: expect.any(String) as string, message: 'is nested deeper than 40 levels' },
    ]);
    expect(forbiddenParts(Array.from({ length: 30 }, () => '\u0000'))).toHaveLength(20);
  });
});
