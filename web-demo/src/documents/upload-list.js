import { html } from '../lib.js';
import { useStore } from '../store.js';
import { has, t } from '../i18n/index.js';
import { explain } from '../shell/explain.js';
import { Icon, IconButton } from '../shell/icon.js';
import { formatSize } from './sizes.js';
import { dropFinished, dropUpload, tryAgain, uploads } from './uploads.js';

function reasonText({ duplicate, reason }) {
  const key = `duplicate.${reason}`;
  const title = duplicate.title ?? t('duplicate.unnamed');
  return t(has(key) ? key : 'duplicate.other', { title });
}

function Duplicate({ item }) {
  const choose = (choice) => () => tryAgain(item.id, choice);
  return html`<div class="upload-choice" role="group" aria-label=${t('duplicate.what')}>
    <p>${reasonText(item)}</p>
    <div class="row">
      <button type="button" class="button small" data-testid="duplicate-replace" onClick=${choose('replace')}>${t('duplicate.replace')}</button>
      <button type="button" class="button small" data-testid="duplicate-keep" onClick=${choose('keep')}>${t('duplicate.keep')}</button>
      <button type="button" class="button small" data-testid="duplicate-link" onClick=${choose('link')}>${t('duplicate.link')}</button>
    </div>
  </div>`;
}

function Similar({ item }) {
  const titles = item.similar.map(({ title }) => `“${title}”`).join(', ');
  return html`<p class="upload-similar" data-testid="upload-similar">${t('upload.similar', { titles })}</p>`;
}

function Upload({ item }) {
  const moving = item.status === 'uploading' || item.status === 'processing';
  const percent = Math.round(item.progress * 100);
  return html`<li class="upload" data-testid="upload-row" data-status=${item.status} data-name=${item.name}>
    <${Icon} name=${item.status === 'done' ? 'check' : item.status === 'failed' ? 'alert' : 'document'} />
    <div class="upload-body">
      <p class="upload-name">${item.name} <small>${formatSize(item.size)}</small></p>
      <p class="upload-status" role="status">${t(`upload.${item.status}`)}${moving && item.progress > 0 ? ` ${percent} %` : ''}</p>
      ${moving && html`<progress max="1" value=${item.progress > 0 ? item.progress : undefined} aria-label=${item.name}></progress>`}
      ${item.status === 'failed' && html`<p class="card-error" data-testid="upload-error">${explain(item.error)}</p>`}
      ${item.similar?.length > 0 && html`<${Similar} item=${item} />`}
      ${item.status === 'duplicate' && html`<${Duplicate} item=${item} />`}
    </div>
    ${item.status === 'failed' && html`<${IconButton} icon="retry" label=${t('common.retry')} onClick=${() => tryAgain(item.id)} />`}
    <${IconButton} icon="close" label=${t('upload.drop', { name: item.name })} onClick=${() => dropUpload(item.id)} />
  </li>`;
}

export function UploadList() {
  const list = useStore(uploads);
  if (list.length === 0) return null;
  return html`<section class="uploads" aria-label=${t('upload.heading')}>
    <ul>${list.map((item) => html`<${Upload} key=${item.id} item=${item} />`)}</ul>
    ${list.some(({ status }) => status === 'done') && html`<button type="button" class="button small quiet" onClick=${dropFinished}>${t('upload.clear')}</button>`}
  </section>`;
}
