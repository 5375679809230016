import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The pages of the app's help, by their path in the repository. Museum and deployment guides are in English alone. */
const GUIDE = /^docs\/(?:help\/[a-z]{2}\/([a-z]+)|(museum|deploy))\.md$/;

/** HTML in the text is shown as it is written: only what Markdown makes becomes an element. */
const md = new MarkdownIt({ html: false }).disable('image');

/** @typedef {import('markdown-it').Token} Token */

/** @typedef {import('../../src/help/guide').Guide} Guide */

/**
 * The topic of a guide, as in the address `#/help/<topic>`; undefined for other files.
 *
 * @param {string} path in the repository
 */
export function topicOf(path) {
  const [, topic, english] = GUIDE.exec(path) ?? [];
  return topic ?? english;
}

/**
 * Makes HTML of a guide. Throws where it does not begin with its title, leaves out a level of headings, or links to what is not there.
 *
 * @param {string} text
 * @param {string} path of its file in the repository
 * @returns {Guide}
 */
export function renderGuide(text, path) {
  const [open, title, close, ...tokens] = md.parse(text, {});
  if (open?.tag !== 'h1' || close?.type !== 'heading_close')
    throw new Error(`${path} does not begin with its title.`);
  const headings = nameHeadings(tokens, path);
  const ids = new Set(headings.map(({ id }) => id));
  for (const token of tokens)
    if (token.type === 'inline' && token.children) token.children = pointLinks(token.children, path, ids);
  return {
    title: plain(title),
    html: md.renderer.render(tokens, md.options, {}),
    headings: headings.filter(({ level }) => level === 2).map(({ id, text }) => ({ id, text })),
  };
}

/**
 * Gives every heading an id, as GitHub does.
 *
 * @param {Token[]} tokens
 * @param {string} path
 */
function nameHeadings(tokens, path) {
  const slugger = new GithubSlugger();
  /** @type {{ id: string, text: string, level: number }[]} */
  const headings = [];
  for (const [i, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const level = Number(token.tag.slice(1));
    const text = plain(tokens[i + 1]);
    const before = headings.at(-1)?.level ?? 1;
    if (level === 1 || level > before + 1) throw new Error(`${path}: the level of the heading “${text}”`);
    const id = slugger.slug(text);
    token.attrSet('id', `help-${id}`);
    headings.push({ id, text, level });
  }
  return headings;
}

/**
 * Points links at the pages of the app. What is not in the app keeps its text alone; other sites open beside the app.
 *
 * @param {Token[]} children
 * @param {string} path
 * @param {ReadonlySet<string>} ids
 */
function pointLinks(children, path, ids) {
  let isText = false;
  return children.filter((token) => {
    if (token.type === 'link_close') return !isText;
    if (token.type !== 'link_open') return true;
    const href = String(token.attrGet('href'));
    const address = addressOf(href, path, ids);
    isText = address === undefined;
    if (address !== undefined) token.attrSet('href', address);
    if (href.startsWith('https:')) {
      token.attrSet('target', '_blank');
      token.attrSet('rel', 'noreferrer');
    }
    return !isText;
  });
}

/**
 * The address of a link in the app; undefined for a file that is not in it.
 *
 * @param {string} href
 * @param {string} path
 * @param {ReadonlySet<string>} ids
 */
function addressOf(href, path, ids) {
  if (href.startsWith('https:') || href.startsWith('#/')) return href;
  const [file = '', heading] = href.split('#');
  if (file === '') {
    if (!ids.has(String(heading))) throw new Error(`${path} has no heading ${href}.`);
    return `#/help/${topicOf(path)}/${heading}`;
  }
  const target = posix.join(posix.dirname(path), file);
  if (/^[a-z]+:/i.test(file) || !existsSync(join(ROOT, target))) throw new Error(`${path} links to ${href}.`);
  const topic = topicOf(target);
  return topic && `#/help/${topic}${heading ? `/${heading}` : ''}`;
}

/** @param {Token | undefined} inline */
function plain(inline) {
  return md.renderer.renderInlineAsText(inline?.children ?? [], md.options, {});
}
