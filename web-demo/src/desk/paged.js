import { html } from '../lib.js';
import { t } from '../i18n/index.js';
import { explained } from '../notices.js';

export const Skeleton = () => html`<div class="skeleton" role="status" aria-label=${t('common.loading')}><i></i><i></i><i></i></div>`;

/** What could not be read, and the way to try again. */
export function Unread({ error, onRetry }) {
  return html`<div class="banner error unread" role="alert"><p>${explained(error)}</p>
    <button type="button" class="button small" onClick=${onRetry}>${t('common.retry')}</button></div>`;
}

/** A list with its states: being read, not readable, empty, and more to come. */
export function Paged({ pages, none, children }) {
  const { list, loading, error, nextCursor, more, reload } = pages;
  if (error && list.length === 0) return html`<${Unread} error=${error} onRetry=${reload} />`;
  if (list.length === 0) return loading ? html`<${Skeleton} />` : html`<p class="empty" role="status" data-testid="empty">${none}</p>`;
  return html`${children}
    ${error && html`<${Unread} error=${error} onRetry=${more} />`}
    ${nextCursor && !error && html`<button type="button" class="button wide" disabled=${loading} data-testid="more" onClick=${more}>${t('common.more')}</button>`}`;
}
