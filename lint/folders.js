import { memberOf, restrict } from './restrict.js';

/** Restrictions of single folders. */
export const folders = {
  'owned-by-scope': restrict(
    'Create it through the Scope (src/services/scope.ts), so that it ends with its page.',
    [
      'CallExpression[callee.name=/^(addEventListener|setTimeout|setInterval|requestAnimationFrame)$/]',
      'CallExpression[callee.property.name=/^(addEventListener|requestAnimationFrame)$/]',
      ...['window', 'globalThis', 'self'].flatMap((global) =>
        memberOf(global, 'setTimeout|setInterval').map((member) => `CallExpression > ${member}.callee`),
      ),
      'NewExpression[callee.name=/^(Shared)?Worker$/]',
    ],
  ),

  'no-logic': restrict('Workers have no logic: put it where it can be tested without a worker.', [
    ':matches(IfStatement, SwitchStatement, ConditionalExpression)',
    ':matches(ForStatement, ForInStatement, ForOfStatement, WhileStatement, DoWhileStatement)',
    ':matches(ClassDeclaration, ClassExpression)',
  ]),
};

/** Globals of pages and storage, for `no-restricted-globals`. */
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
  message: 'Computing code runs in workers and Node: it may use neither page nor storage.',
}));
