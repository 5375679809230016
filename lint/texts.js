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

/** @typedef {import('estree').Node & { parent?: any, value?: unknown, raw?: string }} Node */

/** @param {string} text */
const isWord = (text) => WORD.test(text) && !NAMES.test(text.trim());

/** @param {Node} node a Literal or TemplateElement */
function textOf(node) {
  const value = node.type === 'TemplateElement' ? node.value.raw : node.value;
  return typeof value === 'string' ? value : '';
}

/** @param {Node} node a Literal or TemplateElement; the expression that it is the value of, through conditions and defaults */
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
  const { parent } = resultOf(node);
  if (parent.type === 'NewExpression') return FOR_DEVELOPERS.test(parent.callee.name);
  return parent.type === 'CallExpression' && parent.callee.object?.name === 'console';
}

/** @param {Node} node */
function isShown(node) {
  const result = resultOf(node);
  const { parent } = result;
  if (parent.type === 'SvelteMustacheTag')
    return parent.parent.type !== 'SvelteAttribute' || READ_ALOUD.test(parent.parent.key.name);
  if (parent.type === 'CallExpression')
    return (
      parent.arguments[0] === result &&
      parent.callee.object?.name !== 'console' &&
      SHOWN_BY.test(parent.callee.property?.name ?? '')
    );
  return parent.type === 'Property' && parent.value === result && READ_ALOUD.test(parent.key.name ?? '');
}

/** Whether a string of the source is a type, an import, a key or part of CSS or code. @param {Node} node */
function isCode({ parent }) {
  return (
    /^(Import|Export|TSLiteralType|TaggedTemplate)/.test(parent.type) ||
    parent.parent?.type === 'TaggedTemplateExpression'
  );
}

/** @type {import('eslint').Rule.RuleModule} */
const noLiteralText = {
  meta: { type: 'problem', schema: [], messages: { literal: MESSAGE } },
  create(context) {
    /** @param {any} node */
    const report = (node) => context.report({ node, messageId: 'literal' });
    /** @param {any} node */
    const check = (node) => {
      const text = textOf(node);
      if (!isWord(text) || isCode(node)) return;
      const isText = isShown(node) ? LABEL.test(text) || / /.test(text) : SENTENCE.test(text);
      if (isText && !isForDevelopers(node)) report(node);
    };
    return {
      /** @param {any} node */
      SvelteText(node) {
        if (node.parent.type !== 'SvelteStyleElement' && isWord(node.value)) report(node);
      },
      /** @param {any} node */
      'SvelteAttribute > SvelteLiteral'(node) {
        if (READ_ALOUD.test(node.parent.key.name) && isWord(node.value)) report(node);
      },
      Literal: check,
      TemplateElement: check,
    };
  },
};

export const texts = { 'no-literal-text': noLiteralText };
