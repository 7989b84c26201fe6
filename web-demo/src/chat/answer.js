// The text of an answer, with its citations, and the sources below.
import { html, useMemo } from '../lib.js';
import { language, t } from '../i18n/index.js';
import { headingPath } from '../citations/headings.js';
import { openPanel } from '../shell/panel.js';
import { renderBlocks } from './markdown.js';
import { sanitize } from './sanitize.js';

const sourceLabel = ({ n, title }) => t('source.label', { n, title });
const clean = new Map();
const MOST_KEPT = 500;

/** Blocks that are done come again with every word of the next one: sanitised once. */
function cleanHtml(dirty) {
  let known = clean.get(dirty);
  if (known === undefined) {
    if (clean.size >= MOST_KEPT) clean.clear();
    known = { __html: sanitize(dirty) };
    clean.set(dirty, known);
  }
  return known;
}

function Source({ reference, onOpen }) {
  return html`<li>
    <button type="button" class="source-chip" data-testid="source-item" data-citation=${reference.n} onClick=${() => onOpen(reference)}>
      <b>${reference.n}</b><span>${reference.title}</span>
      ${reference.heading && html`<small>${headingPath(reference.heading).join(' › ')}</small>`}
    </button>
  </li>`;
}

/** Of what was retrieved, what the answer cites; all of it when it cites nothing by number. */
function citedOf(text, references) {
  const numbers = new Set([...text.matchAll(/\[([\d,\s]+)\]/g)].flatMap((match) => match[1].split(',').map(Number)));
  const cited = references.filter(({ n }) => numbers.has(n));
  return cited.length > 0 ? cited : references;
}

export function Answer({ answer, streaming }) {
  const text = answer?.text ?? '';
  const references = answer?.references ?? [];
  const lang = language.get();
  const blocks = useMemo(() => renderBlocks(text, references, sourceLabel), [text, references, lang]);
  const open = (reference) => openPanel({ kind: 'source', reference });
  const onClick = (event) => {
    const number = event.target.closest('[data-citation]')?.dataset.citation;
    const reference = references.find(({ n }) => String(n) === number);
    if (reference) open(reference);
  };
  if (!text && streaming) {
    return html`<p class="thinking" data-testid="thinking"><i></i><i></i><i></i><span class="visually-hidden">${t('turn.answering')}</span></p>`;
  }
  return html`<div class="prose" data-testid="answer-text" data-streaming=${streaming ? 'true' : undefined} onClick=${onClick}>
      ${blocks.map((block, index) => html`<div key=${index} class="block" dangerouslySetInnerHTML=${cleanHtml(block.html)}></div>`)}
    </div>
    ${!streaming && references.length > 0 &&
    html`<ol class="sources" aria-label=${t('source.heading')} data-testid="sources">
      ${citedOf(text, references).map((reference) => html`<${Source} key=${reference.n} reference=${reference} onOpen=${open} />`)}
    </ol>`}`;
}
