/**
 * A rule that reports all nodes that match one of the selectors (https://eslint.org/docs/latest/extend/selectors). With ESLint's
 * own `no-restricted-syntax` only the last of several sets of restrictions would apply to a folder.
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
 * Selects a property of an object that is accessed by its name or through another object such as `window`, with or without a
 * type assertion.
 *
 * @param {string} object
 * @param {string} property regular expression
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
 * Selects identifiers anywhere, and their names as strings in computed member expressions.
 *
 * @param {string} names regular expression
 */
export function named(names) {
  return [
    `Identifier[name=/^(${names})$/]`,
    `MemberExpression[computed=true] > Literal[value=/^(${names})$/]`,
  ];
}
