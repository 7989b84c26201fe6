// The document behind an answer, opened at the cited passage.
import { html, useEffect, useRef, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { isGuest } from '../desk/frame.js';
import { me } from '../me.js';
import { renderBlocks } from '../chat/markdown.js';
import { sanitize } from '../chat/sanitize.js';
import { report } from '../notices.js';
import { Icon } from '../shell/icon.js';
import { explain } from '../shell/explain.js';
import { chunkId, chunkText, openOriginal, readChunks } from './chunks.js';
import { headingPath } from './headings.js';

/** Passages of plain text and PDF stay as they are: their dashes and indents mean nothing. */
const MARKDOWN = /```|`[^`\n]+`|\*\*\S|^\s*[-*] |^\|.*\|/m;

function PassageText({ text }) {
  if (!MARKDOWN.test(text)) return html`<p class="passage-text plain">${text}</p>`;
  const blocks = renderBlocks(text).map((block) => block.html).join('');
  return html`<div class="passage-text prose" dangerouslySetInnerHTML=${{ __html: sanitize(blocks) }}></div>`;
}

function Passage({ chunk, cited, number }) {
  const element = useRef(null);
  useEffect(() => {
    if (cited) element.current.scrollIntoView({ block: 'center' });
  }, [cited]);
  const path = headingPath(chunk.heading);
  const text = chunkText(chunk);
  return html`<section ref=${element} class="passage" data-cited=${cited} data-testid=${cited ? 'citation-highlight' : 'passage'} data-chunk-id=${chunkId(chunk)} aria-current=${cited ? 'true' : undefined}>
    ${cited && html`<p class="eyebrow"><${Icon} name="quote" />${t('source.cited', { n: number })}</p>`}
    ${path.length > 0 && html`<h4 class="heading-path">${path.map((part) => html`<span>${part}</span>`)}</h4>`}
    <${PassageText} text=${text} />
  </section>`;
}

function useChunks(documentId, until) {
  const [state, setState] = useState({ chunks: [], next: null, loading: true, error: null });
  const load = async (options, before) => {
    setState((old) => ({ ...old, loading: true, error: null }));
    try {
      const { chunks, next } = await readChunks(documentId, options);
      setState({ chunks: [...before, ...chunks], next, loading: false, error: null });
    } catch (error) {
      setState((old) => ({ ...old, loading: false, error }));
    }
  };
  useEffect(() => {
    // Another passage of the same document may be here already.
    if (!state.chunks.some((chunk) => chunkId(chunk) === until)) load({ until }, []);
  }, [documentId, until]);
  return { ...state, more: () => load({ cursor: state.next }, state.chunks) };
}

export function SourcePanel({ documentId, title, reference }) {
  const { chunks, next, loading, error, more } = useChunks(documentId, reference?.chunk_id ?? null);
  const guest = isGuest(useStore(me));
  const missing = reference && !loading && !error && !chunks.some((chunk) => chunkId(chunk) === reference.chunk_id);
  const likeness = reference?.probability ?? reference?.similarity;
  return html`<div class="panel-body source">
    <header class="source-head">
      <h3 data-testid="citation-title">${title}</h3>
      <div class="row">
        ${likeness !== undefined && likeness !== null && html`<span class="chip">${t('source.similarity', { percent: Math.round(likeness * 100) })}</span>`}
        ${!guest && html`<button type="button" class="button small" data-testid="open-original" onClick=${() => openOriginal(documentId, title).catch(report)}>
          <${Icon} name="document" />${t('source.original')}
        </button>`}
      </div>
    </header>
    ${error && html`<p class="banner error" role="alert">${explain(error)}</p>`}
    ${missing && html`<p class="banner" role="status">${t('source.gone')}</p>`}
    ${chunks.map((chunk) => html`<${Passage} key=${chunkId(chunk)} chunk=${chunk} number=${reference?.n} cited=${chunkId(chunk) === reference?.chunk_id} />`)}
    ${loading && html`<div class="skeleton" aria-label=${t('common.loading')}><i></i><i></i><i></i></div>`}
    ${next && !loading && html`<button type="button" class="button wide" onClick=${more}>${t('common.more')}</button>`}
  </div>`;
}
