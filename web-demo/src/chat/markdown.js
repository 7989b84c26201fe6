// Markdown of an answer to blocks of HTML. Pure: sanitize.js has the last word before the page.
import { Marked } from '../../vendor/marked-18.2.1/marked.esm.js';

const escapeHtml = (text) =>
  text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

/** `[1]`, `[1, 2]`, `[1][2]`: the numbers that stand in one pair of brackets. */
const CITATION = /^\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()/;
const SAFE_LINK = /^(https?:|mailto:)/i;

function citationButton(reference, label) {
  const { n } = reference;
  return (
    `<button type="button" class="citation" data-testid="citation" data-citation="${n}"` +
    ` aria-label="${escapeHtml(label(reference))}">${n}</button>`
  );
}

function citationExtension(references, label) {
  const byNumber = new Map(references.map((reference) => [reference.n, reference]));
  return {
    name: 'citation',
    level: 'inline',
    start: (source) => source.match(/\[\d/)?.index,
    tokenizer(source) {
      const match = source.match(CITATION);
      if (!match) return undefined;
      const numbers = match[1].split(',').map(Number);
      // A number that no source stands behind stays what it was: text.
      if (!numbers.every((n) => byNumber.has(n))) return undefined;
      return { type: 'citation', raw: match[0], numbers };
    },
    renderer: ({ numbers }) => numbers.map((n) => citationButton(byNumber.get(n), label)).join(''),
  };
}

const renderer = {
  // A model, or a document that it quotes, does not write our page.
  html: ({ text }) => escapeHtml(text),
  // An image address chosen by a quoted document could carry words of the conversation away.
  image({ href, text }) {
    return SAFE_LINK.test(href) ? link(href, escapeHtml(text || href)) : escapeHtml(text);
  },
  link({ href, tokens }) {
    const text = this.parser.parseInline(tokens);
    return SAFE_LINK.test(href) ? link(href, text) : text;
  },
  // Answers stand under the page's own headings.
  heading({ tokens, depth }) {
    const level = Math.min(depth + 2, 6);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
  },
  code({ text, lang }) {
    const name = (lang ?? '').match(/^[\w+#-]+/)?.[0] ?? '';
    const label = name ? ` data-language="${name}"` : '';
    return `<pre tabindex="0"${label}><code>${escapeHtml(text)}</code></pre>\n`;
  },
  table(token) {
    const cells = (row, tag) =>
      `<tr>${row.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
    const head = cells(token.header, 'th');
    const body = token.rows.map((row) => cells(row, 'td')).join('');
    return `<div class="table-scroll" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>\n`;
  },
};

function link(href, text) {
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;
}

const CITED = /([^\s<>]*)\s*((?:<button type="button" class="citation"[^>]*>\d+<\/button>\s*)+)([.,;:!?)]*)/g;

/** A citation alone at the start of a line, or a full stop, would look lost. */
const holdTogether = (html) =>
  html.replace(CITED, (_, word, citations, stop) => `<span class="cited">${word}${citations.trim()}${stop}</span>${/\s$/.test(citations) ? ' ' : ''}`);

/**
 * The answer's top-level blocks as `[{raw, html}]`. A block whose `raw` did not change need not
 * be drawn again, so that a growing answer keeps the reader's selection and focus.
 */
export function renderBlocks(markdown, references = [], label = ({ n }) => String(n)) {
  const marked = new Marked({ gfm: true, breaks: true, renderer, extensions: [citationExtension(references, label)] });
  const tokens = marked.lexer(markdown);
  return tokens
    .filter((token) => token.type !== 'space' && token.type !== 'def')
    .map((token) => ({ raw: token.raw, html: holdTogether(marked.parser([token])) }));
}

/** The answer as it would be read aloud: no marks, no citation numbers. */
export function plainText(markdown) {
  return markdown
    .replace(/```\w*\n?/g, '')
    .replace(/\s*\[\d+(\s*,\s*\d+)*\](?!\()/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`#>|]+/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim();
}
