import { memberOf, restrict } from './restrict.js';

/** What a folder may do at all. */
export const places = {
  'owned-by-scope': restrict(
    'Take it from the Scope (src/services/scope.ts), so that it ends with its page.',
    [
      'CallExpression[callee.name=/^(addEventListener|setTimeout|setInterval|requestAnimationFrame)$/]',
      'CallExpression[callee.property.name=/^(addEventListener|requestAnimationFrame)$/]',
      ...['window', 'globalThis', 'self'].flatMap((global) =>
        memberOf(global, 'setTimeout|setInterval').map((member) => `CallExpression > ${member}.callee`),
      ),
      'NewExpression[callee.name=/^(Shared)?Worker$/]',
    ],
  ),

  'no-logic': restrict('Workers hold no logic: it goes where it can be tested without one.', [
    ':matches(IfStatement, SwitchStatement, ConditionalExpression)',
    ':matches(ForStatement, ForInStatement, ForOfStatement, WhileStatement, DoWhileStatement)',
    ':matches(ClassDeclaration, ClassExpression)',
  ]),
};

/** For `no-restricted-globals`: what there is in a page alone, and where a page keeps things. */
export const PAGE_GLOBALS = [
  'document',
  'window',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'caches',
  'HTMLElement',
  'AudioContext',
].map((name) => ({
  name,
  message: 'What computes runs in workers and under Node: it knows no page and no store.',
}));
