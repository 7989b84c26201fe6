import { html, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { me } from '../me.js';
import { explained } from '../notices.js';
import { Icon } from '../shell/icon.js';
import { chooseCollection, collections, createCollection, MINE, scopesFor } from './collections.js';

function NewCollection({ onDone }) {
  const role = useStore(me)?.role;
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const { name, scope } = Object.fromEntries(new FormData(event.target));
    try {
      await createCollection(name.trim(), scope);
      onDone();
    } catch (problem) {
      setError(explained(problem));
    }
  };
  return html`<form class="form card new-collection" onSubmit=${submit}>
    <div class="form-pair">
      <label><span>${t('collection.name')}</span><input class="field" name="name" required maxlength="100" data-testid="collection-name" /></label>
      <label><span>${t('collection.scope')}</span>
        <select class="select" name="scope">${scopesFor(role).map((scope) => html`<option key=${scope} value=${scope}>${t(`scope.${scope}`)}</option>`)}</select></label>
    </div>
    ${error && html`<p class="banner error" role="alert">${error}</p>`}
    <div class="row end">
      <button type="button" class="button small" onClick=${onDone}>${t('common.cancel')}</button>
      <button type="submit" class="button primary small" data-testid="collection-create">${t('collection.create')}</button>
    </div>
  </form>`;
}

export function CollectionBar() {
  const { list, current } = useStore(collections);
  const [adding, setAdding] = useState(false);
  return html`<div class="collection-bar" role="group" aria-label=${t('collection.heading')}>
      ${list.map(
        (one) => html`<button key=${one.id} type="button" class="tab" aria-pressed=${one.id === current} data-testid="collection-item" data-scope=${one.scope} onClick=${() => chooseCollection(one.id)}>
          <span>${one.id === MINE ? t('collection.mine') : one.name}</span><small>${t(`scope.${one.scope}`)} · ${one.document_count ?? 0}</small>
        </button>`,
      )}
      <button type="button" class="tab add" aria-expanded=${adding} data-testid="collection-new" onClick=${() => setAdding(!adding)}><${Icon} name="plus" />${t('collection.new')}</button>
    </div>
    ${adding && html`<${NewCollection} onDone=${() => setAdding(false)} />`}`;
}
