// The panel at the side: sources, a document's text, or what goes on.
import { html, useEffect, useRef } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { ActivityPanel } from '../activity/activity-panel.js';
import { SourcePanel } from '../citations/source-panel.js';
import { IconButton } from './icon.js';
import { closePanel, panel } from './panel.js';

const TITLES = { activity: 'panel.activity', source: 'panel.source', document: 'panel.document' };

function content(state) {
  if (state.kind === 'activity') return html`<${ActivityPanel} />`;
  const { reference, document } = state;
  const documentId = reference?.document_id ?? document.id;
  return html`<${SourcePanel} key=${documentId} documentId=${documentId} title=${reference?.title ?? document.title} reference=${reference} />`;
}

export function SidePanel() {
  const state = useStore(panel);
  const heading = useRef(null);
  useEffect(() => {
    if (state) heading.current?.focus({ preventScroll: true });
  }, [state]);
  if (!state) return null;
  return html`<aside class="panel" aria-labelledby="panel-title" data-testid=${state.kind === 'activity' ? 'side-panel' : 'citation-panel'} data-kind=${state.kind}>
    <header class="panel-head">
      <h2 id="panel-title" ref=${heading} tabindex="-1">${t(TITLES[state.kind])}</h2>
      <${IconButton} icon="close" label=${t('panel.close')} data-testid="panel-close" onClick=${closePanel} />
    </header>
    ${content(state)}
  </aside>`;
}
