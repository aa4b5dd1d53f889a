import jsonpointer from 'jsonpointer';

const grammar = /^(\/([^~]|~[01])*)?$/;
/** They would lead out of the data, into what every object inherits. */
const inherited = /(^|\/)(__proto__|constructor|prototype)(\/|$)/;

/** Whether a text is a JSON Pointer (RFC 6901) that stays inside the data. */
export function isPointer(text: string): boolean {
  return grammar.test(text) && !inherited.test(text);
}

/** What stands at a JSON Pointer, undefined if nothing does. Inherited members are nothing. */
export function valueAt(root: unknown, pointer: string): unknown {
  if (pointer === '') return root;
  if (typeof root !== 'object' || root === null) return undefined;
  const value: unknown = jsonpointer.get(root, pointer);
  return typeof value === 'function' ? undefined : value;
}
