import { html, useEffect } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { formatDate } from '../dates.js';
import { me } from '../me.js';
import { report } from '../notices.js';
import { openOriginal } from '../citations/chunks.js';
import { ask } from '../shell/dialog.js';
import { explain } from '../shell/explain.js';
import { Icon, IconButton } from '../shell/icon.js';
import { openPanel } from '../shell/panel.js';
import { CollectionBar } from './collection-bar.js';
import { collections, loadCollections, mayWrite } from './collections.js';
import { deleteDocument, documents, moreDocuments, openCollection } from './documents.js';
import { dragging } from './drop.js';
import { FileInput } from './file-input.js';
import { UploadList } from './upload-list.js';
import { addFiles } from './uploads.js';

function DropZone({ collectionId }) {
  const over = useStore(dragging);
  const add = (files) => addFiles(files, collectionId).catch(report);
  const button = (open) => html`<button type="button" class="button primary" disabled=${!collectionId} onClick=${open}>${t('documents.choose')}</button>`;
  return html`<div class="drop-zone" data-over=${over && collectionId ? 'true' : undefined} data-testid="drop-zone">
    <${Icon} name="upload" />
    <p><strong>${t('documents.drop')}</strong><br /><small>${t('documents.kinds')}</small></p>
    <${FileInput} label=${t('documents.choose')} disabled=${!collectionId} onFiles=${add} testid="file-input" button=${button} />
  </div>`;
}

async function remove(document) {
  const sure = await ask({ title: t('documents.delete'), text: t('documents.delete_sure', { title: document.title }), confirm: t('common.delete'), danger: true });
  if (!sure) return;
  try {
    await deleteDocument(document.id);
    await loadCollections();
  } catch (error) {
    report(error);
  }
}

function Row({ document, writable }) {
  const { id, title, status } = document;
  const facts = [document.source_type, document.language, document.chunk_count ? t('documents.passages', { count: document.chunk_count }) : null, document.created_at && formatDate(document.created_at)];
  return html`<li class="document-row" data-testid="document-row" data-status=${status} data-document-id=${id} data-title=${title}>
    <${Icon} name="document" />
    <div class="document-main">
      <button type="button" class="document-title" data-testid="document-open" onClick=${() => openPanel({ kind: 'document', document })}>${title}</button>
      <p class="card-meta">${facts.filter(Boolean).join(' · ')}</p>
      ${status === 'failed' && html`<p class="card-error">${document.metadata?.error ?? t('documents.unreadable')}</p>`}
    </div>
    <span class="status" data-status=${status}>${t(`documents.status.${status}`)}</span>
    <${IconButton} icon="download" label=${t('documents.original', { title })} onClick=${() => openOriginal(id, document.source ?? title).catch(report)} />
    ${writable && html`<${IconButton} icon="trash" label=${t('documents.delete_one', { title })} data-testid="document-delete" onClick=${() => remove(document)} />`}
  </li>`;
}

function List({ state, writable }) {
  if (state.error) return html`<p class="banner error" role="alert">${explain(state.error)}</p>`;
  if (!state.loading && state.list.length === 0) return html`<p class="empty">${t('documents.none')}</p>`;
  return html`<ul class="documents" data-testid="documents">${state.list.map((one) => html`<${Row} key=${one.id} document=${one} writable=${writable} />`)}</ul>
    ${state.loading && state.list.length === 0 && html`<div class="skeleton" aria-label=${t('common.loading')}><i></i><i></i><i></i></div>`}
    ${state.nextCursor && html`<button type="button" class="button wide" disabled=${state.loading} data-testid="documents-more" onClick=${moreDocuments}>${t('common.more')}</button>`}`;
}

export function DocumentsView() {
  const { list, current } = useStore(collections);
  const role = useStore(me)?.role;
  const writable = mayWrite(list.find(({ id }) => id === current), role) ? current : null;
  const state = useStore(documents);
  useEffect(() => {
    loadCollections().catch(report);
  }, []);
  useEffect(() => {
    if (current) openCollection(current);
  }, [current]);
  return html`<div class="page">
    <h1>${t('documents.title')}</h1>
    <p class="lead">${t('documents.lead')}</p>
    <${CollectionBar} />
    <${DropZone} collectionId=${writable} />
    ${current && !writable && html`<p class="card-meta" data-testid="read-only">${t('documents.read_only')}</p>`}
    <${UploadList} />
    <${List} state=${state} writable=${Boolean(writable)} />
  </div>`;
}
