import { findNodeAtLocation, parseTree, type JSONPath, type Node, type ParseError } from 'jsonc-parser';
import { faultWithPlace, type Fault, type Place } from './fault-words';

/** A file that is no exhibit. `faultWithPlace` words it in the language shown; the message does in that of the time when it was thrown. */
export class ExhibitError extends Error {
  constructor(
    readonly fault: Fault,
    readonly place: Place,
  ) {
    super(faultWithPlace({ fault, place }));
    this.name = 'ExhibitError';
  }
}

export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** The tree of a JSON text with the places of its values. Throws an ExhibitError at the first error of syntax, or name that is there twice. */
export function readTree(text: string): Node {
  const errors: ParseError[] = [];
  let tree: Node | undefined;
  try {
    tree = parseTree(text, errors, { disallowComments: true });
  } catch (cause) {
    // The stack overflows at thousands of nested brackets, which are no exhibit.
    if (!(cause instanceof RangeError)) throw cause;
  }
  const [first] = errors;
  if (first || !tree) throw new ExhibitError({ what: 'syntax' }, placeAt(text, first?.offset ?? 0));
  const again = twice(tree);
  if (again)
    throw new ExhibitError({ what: 'twice', name: String(again.value) }, placeAt(text, again.offset));
  return tree;
}

/** The key of a field that its object has already. */
function twice(tree: Node): Node | undefined {
  const waiting = [tree];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (node.type === 'object') {
      const seen = new Set<unknown>();
      for (const [key] of (node.children ?? []).map(({ children }) => children ?? [])) {
        if (key && seen.has(key.value)) return key;
        seen.add(key?.value);
      }
    }
    waiting.push(...(node.children ?? []));
  }
  return undefined;
}

/** Where the value of this path begins, or the object that lacks it; of an `unknown` field, its name. */
export function placeOf(text: string, tree: Node, path: JSONPath, what: Fault['what']): Place {
  const found = findNodeAtLocation(tree, path);
  const node =
    what === 'unknown' ? found?.parent : (found ?? findNodeAtLocation(tree, path.slice(0, -1)) ?? tree);
  return placeAt(text, node?.offset ?? 0);
}
