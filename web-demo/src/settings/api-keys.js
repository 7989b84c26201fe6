// Keys for devices and for OpenAI clients. A key is shown once, when it is made.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDate, fromLocalInput } from '../dates.js';
import { api } from '../net/api.js';
import { uuid } from '../ids.js';
import { notify, report } from '../notices.js';
import { ask } from '../shell/dialog.js';
import { IconButton } from '../shell/icon.js';

function Fresh({ made, onClose }) {
  const select = (event) => event.target.select();
  return html`<div class="fresh-key" role="status">
    <p>${t('keys.once')}</p>
    <div class="row"><input class="field mono" readonly value=${made.key} aria-label=${made.name} data-testid="api-key-value" onFocus=${select} />
    <button type="button" class="button" onClick=${onClose}>${t('keys.kept')}</button></div>
  </div>`;
}

function Key({ apiKey, onRevoke }) {
  const facts = [apiKey.created_at && t('keys.made', { date: formatDate(apiKey.created_at) }), apiKey.expires_at && t('keys.ends', { date: formatDate(apiKey.expires_at) })];
  return html`<li class="setting-row" data-testid="api-key-item">
    <div><p>${apiKey.name}</p><small>${facts.filter(Boolean).join(' · ')}</small></div>
    <${IconButton} icon="trash" label=${t('keys.revoke', { name: apiKey.name })} data-testid="api-key-revoke" onClick=${() => onRevoke(apiKey)} />
  </li>`;
}

export function ApiKeys() {
  const [list, setList] = useState([]);
  const [made, setMade] = useState(null);
  const load = () => api.get('/api-keys?limit=100').then(({ data }) => setList(data));
  useEffect(() => {
    load().catch(report);
  }, []);
  const create = async (event) => {
    event.preventDefault();
    const form = event.target;
    const { name, expires } = Object.fromEntries(new FormData(form));
    try {
      const body = { name: name.trim(), ...(expires && { expires_at: fromLocalInput(`${expires}T23:59`).toISOString() }) };
      setMade(await api.post('/api-keys', body, { headers: { 'Idempotency-Key': uuid() } }));
      form.reset();
      await load();
    } catch (error) {
      report(error);
    }
  };
  const revoke = async (apiKey) => {
    const sure = await ask({ title: t('keys.revoke', { name: apiKey.name }), text: t('keys.revoke_sure'), confirm: t('keys.revoke_do'), danger: true });
    if (!sure) return;
    try {
      await api.delete(`/api-keys/${apiKey.id}`);
      await load();
      notify(t('keys.revoked'), 'success');
    } catch (error) {
      report(error);
    }
  };
  return html`<section class="section" aria-labelledby="keys"><h2 id="keys">${t('keys.title')}</h2>
    <p class="lead small">${t('keys.lead')}</p>
    ${made && html`<${Fresh} made=${made} onClose=${() => setMade(null)} />`}
    <ul class="plain-list">${list.map((one) => html`<${Key} key=${one.id} apiKey=${one} onRevoke=${revoke} />`)}</ul>
    <form class="form" onSubmit=${create}>
      <div class="form-pair">
        <label><span>${t('keys.name')}</span><input class="field" name="name" required maxlength="100" data-testid="api-key-name" /></label>
        <label><span>${t('keys.expires')}</span><input class="field" name="expires" type="date" /></label>
      </div>
      <div class="row end"><button type="submit" class="button" data-testid="api-key-create">${t('keys.create')}</button></div>
    </form>
  </section>`;
}
