/**
 * A rule that reports whatever one of the selectors matches (https://eslint.org/docs/latest/extend/selectors). ESLint's own
 * `no-restricted-syntax` is one rule: a folder with two sets of restrictions would keep the last alone.
 *
 * @param {string} message
 * @param {string[]} selectors
 * @returns {import('eslint').Rule.RuleModule}
 */
export function restrict(message, selectors) {
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) =>
      Object.fromEntries(
        selectors.map((selector) => [
          selector,
          /** @param {import('eslint').Rule.Node} node */
          (node) => context.report({ node, message }),
        ]),
      ),
  };
}

/**
 * Selects the method or property of an object, whether that is asked by its own name or of `window`, with or without a
 * type assertion.
 *
 * @param {string} object
 * @param {string} property as in a regular expression
 */
export function memberOf(object, property) {
  const places = [
    'object.name',
    'object.property.name',
    'object.expression.name',
    'object.expression.property.name',
  ];
  return places.map((place) => `MemberExpression[property.name=/^(${property})$/][${place}="${object}"]`);
}

/**
 * Selects an identifier wherever it stands, and its name as the text in brackets.
 *
 * @param {string} names as in a regular expression
 */
export function named(names) {
  return [
    `Identifier[name=/^(${names})$/]`,
    `MemberExpression[computed=true] > Literal[value=/^(${names})$/]`,
  ];
}
