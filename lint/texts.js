/** Files of src whose texts are data, of one language or of all of them, or are for programs and scripts. */
export const NOT_MESSAGES = [
  'src/harness/**',
  // Written into files, for programs.
  'src/export/{certificate,credentials}.ts',
  // What a record states, whatever language it is read in.
  'src/provenance/grounds.ts',
  // Texts of exhibits in all languages, and the description of their format.
  'src/files/exhibit/{default,schema}.ts',
  // Sentences to read aloud, by language.
  'src/voices/prompts.ts',
  // What is said in recordings.
  'src/ui/transcript/built-in-sounds.ts',
  // Titles of sources.
  'src/learn/cases.ts',
  'src/learn/class/{competences,sources}.ts',
];

const MESSAGE =
  'A text for the user is a message: put it into messages/{en,de,nl,fr,es}/<area>.json (CONTRIBUTING.md, “Add a text”).';

/** The name of the app, addresses and licences. */
const NAMES = /^(Understudy|\/\S*|\W*CC BY 4\.0\W*)$/;
const WORD = /\p{L}\p{L}/u;
/** A sentence or a label of several words: codes and keys of the app have neither a capital nor a space. */
const SENTENCE = /^\W*\p{Lu}.* \p{Ll}{2}|\p{L} \p{Ll}+ \p{Ll}/u;
/** One word that starts as a label does. */
const LABEL = /^\p{Lu}\p{Ll}+/u;

const READ_ALOUD =
  /^(aria-label|aria-description|aria-roledescription|aria-valuetext|title|placeholder|alt|label)$/;
/** Methods that show their first argument to the user: of notices, jobs and their parts. */
const SHOWN_BY = /^(warn|announce|run|begin)$/;
/** Their messages are for developers: they reach the user, if at all, as the cause of an unexpected error. */
const FOR_DEVELOPERS = /^(Error|RangeError|TypeError|DOMException)$/;

/**
 * A node of TypeScript's or Svelte's tree, as far as the rule reads it.
 *
 * @typedef {{
 *   type: string,
 *   parent: Node,
 *   value?: unknown,
 *   name?: string,
 *   operator?: string,
 *   arguments?: Node[],
 *   callee?: Node,
 *   key?: Node,
 *   object?: Node,
 *   property?: Node,
 *   right?: Node,
 *   test?: Node,
 * }} Node
 */

/** @param {unknown} text */
const isWord = (text) => typeof text === 'string' && WORD.test(text) && !NAMES.test(text.trim());

/**
 * Text of a Literal or TemplateElement.
 *
 * @param {Node} node
 */
function textOf({ type, value }) {
  const text = type === 'TemplateElement' ? /** @type {{ raw: string }} */ (value).raw : value;
  return typeof text === 'string' ? text : '';
}

/**
 * The expression that a Literal or TemplateElement may be the value of, through conditions and defaults.
 *
 * @param {Node} node
 */
function resultOf(node) {
  let at = node.type === 'TemplateElement' ? node.parent : node;
  for (;;) {
    const { parent } = at;
    const isBranch =
      (parent.type === 'ConditionalExpression' && parent.test !== at) ||
      (parent.type === 'LogicalExpression' && (parent.right === at || parent.operator !== '&&'));
    if (!isBranch) return at;
    at = parent;
  }
}

/** @param {Node} node */
function isForDevelopers(node) {
  const { type, callee } = resultOf(node).parent;
  if (type === 'NewExpression') return FOR_DEVELOPERS.test(callee?.name ?? '');
  return type === 'CallExpression' && callee?.object?.name === 'console';
}

/** @param {Node} node */
function isShown(node) {
  const result = resultOf(node);
  const { parent } = result;
  const { callee } = parent;
  switch (parent.type) {
    case 'SvelteMustacheTag':
      return parent.parent.type !== 'SvelteAttribute' || READ_ALOUD.test(parent.parent.key?.name ?? '');
    case 'CallExpression':
      return parent.arguments?.[0] === result && SHOWN_BY.test(callee?.property?.name ?? '');
    case 'Property':
      return parent.value === result && READ_ALOUD.test(parent.key?.name ?? '');
    default:
      return false;
  }
}

/**
 * Whether a string is part of a type, an import or code in another language.
 *
 * @param {Node} node
 */
function isCode({ parent }) {
  return (
    /^(Import|Export|TSLiteralType)/.test(parent.type) || parent.parent?.type === 'TaggedTemplateExpression'
  );
}

/** @type {import('eslint').Rule.RuleModule} */
const noLiteralText = {
  meta: { type: 'problem', schema: [], messages: { literal: MESSAGE } },
  create(context) {
    /** @param {Node} node */
    const report = (node) => {
      const found = /** @type {import('estree').Node} */ (/** @type {unknown} */ (node));
      context.report({ node: found, messageId: 'literal' });
    };
    /** @param {Node} node */
    const check = (node) => {
      const text = textOf(node);
      if (!isWord(text) || isCode(node)) return;
      const isText = isShown(node) ? LABEL.test(text) || text.includes(' ') : SENTENCE.test(text);
      if (isText && !isForDevelopers(node)) report(node);
    };
    /** @type {Record<string, (node: Node) => void>} */
    const visitors = {
      SvelteText(node) {
        if (node.parent.type !== 'SvelteStyleElement' && isWord(node.value)) report(node);
      },
      'SvelteAttribute > SvelteLiteral'(node) {
        if (READ_ALOUD.test(node.parent.key?.name ?? '') && isWord(node.value)) report(node);
      },
      Literal: check,
      TemplateElement: check,
    };
    return /** @type {import('eslint').Rule.RuleListener} */ (/** @type {unknown} */ (visitors));
  },
};

export const texts = { 'no-literal-text': noLiteralText };
