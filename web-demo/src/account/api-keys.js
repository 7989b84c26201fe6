// Keys for devices and for OpenAI clients. A key is shown once, when it is made.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDate, formatDateTime, formatRelative, fromLocalInput, toLocalInput } from '../dates.js';
import { api } from '../net/api.js';
import { uuid } from '../ids.js';
import { notify, report } from '../notices.js';
import { Field, FormProblem, Submit, useForm } from '../desk/form.js';
import { Section } from '../desk/frame.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Secret } from '../desk/secret.js';
import { Table } from '../desk/table.js';
import { ask } from '../shell/dialog.js';

const SCOPES = ['chat', 'knowledge', 'devices', 'account'];

function Scopes({ error }) {
  return html`<fieldset class="choices"><legend>${t('keys.scopes')}</legend>
    <p class="fine">${t('keys.scopes_hint')}</p>
    ${SCOPES.map(
      (scope) => html`<label key=${scope} class="choice"><input type="checkbox" name="scope" value=${scope} data-testid=${`api-key-scope-${scope}`} />
        <span><b>${t(`scope_of_key.${scope}`)}</b> <small>${t(`scope_of_key.${scope}_is`)}</small></span></label>`,
    )}
    ${error && html`<p class="field-error" data-testid="field-error">${error}</p>`}
  </fieldset>`;
}

function NewKey({ onMade }) {
  const form = useForm(async ({ name, expires_at: expires }, element) => {
    const scopes = new FormData(element).getAll('scope');
    const body = {
      name: name.trim(),
      ...(scopes.length > 0 && { scopes }),
      ...(expires && { expires_at: fromLocalInput(`${expires}T23:59`).toISOString() }),
    };
    onMade(await api.post('/api-keys', body, { headers: { 'Idempotency-Key': uuid() } }));
    element.reset();
  });
  return html`<form class="form" onSubmit=${form.submit}>
    <div class="form-pair">
      <${Field} id="key-name" label=${t('keys.name')} name="name" required maxlength="120" data-testid="api-key-name" error=${form.errors.name} />
      <${Field} id="key-expires" label=${t('keys.expires')} name="expires_at" type="date" min=${toLocalInput(new Date()).slice(0, 10)} data-testid="api-key-expires" error=${form.errors.expires_at} />
    </div>
    <${Scopes} error=${form.errors.scopes} />
    <${FormProblem} form=${form} />
    <div class="row end"><${Submit} form=${form} text=${t('keys.create')} testid="api-key-create" /></div>
  </form>`;
}

const isOver = ({ expires_at: expires }) => expires && new Date(expires) < Date.now();

function Keys({ pages, onRevoke }) {
  const columns = [
    { key: 'name', label: t('keys.name'), show: (one) => html`<b>${one.name}</b> <code class="quiet">${one.prefix}…</code>` },
    {
      key: 'scopes',
      label: t('keys.scopes'),
      show: (one) => (one.scopes ? one.scopes.map((scope) => html`<span class="chip" key=${scope}>${t(`scope_of_key.${scope}`)}</span>`) : t('keys.all_scopes')),
    },
    {
      key: 'used',
      label: t('keys.used'),
      show: (one) => (one.last_used_at ? html`<time datetime=${one.last_used_at} title=${formatDateTime(one.last_used_at)}>${formatRelative(one.last_used_at)}</time>` : t('keys.never_used')),
    },
    {
      key: 'ends',
      label: t('keys.valid'),
      show: (one) => (one.expires_at ? html`<span class=${isOver(one) ? 'bad' : undefined}>${formatDate(one.expires_at)}</span>` : t('keys.no_end')),
    },
    {
      key: 'revoke',
      label: t('keys.revoke_do'),
      quiet: true,
      show: (one) => html`<button type="button" class="button small" aria-label=${t('keys.revoke', { name: one.name })} data-testid="api-key-revoke" onClick=${() => onRevoke(one)}>${t('keys.revoke_do')}</button>`,
    },
  ];
  return html`<${Paged} pages=${pages} none=${t('keys.none')}>
    <${Table} caption=${t('keys.title')} columns=${columns} list=${pages.list} testid="api-keys" />
  <//>`;
}

export function ApiKeys() {
  const pages = usePages('/api-keys');
  const [made, setMade] = useState(null);
  const onMade = (key) => {
    setMade(key);
    pages.reload();
  };
  const revoke = async (key) => {
    const sure = await ask({ title: t('keys.revoke', { name: key.name }), text: t('keys.revoke_sure'), confirm: t('keys.revoke_do'), danger: true });
    if (!sure) return;
    try {
      await api.delete(`/api-keys/${key.id}`);
      notify(t('keys.revoked'), 'success');
      if (made?.id === key.id) setMade(null);
      pages.reload();
    } catch (error) {
      report(error);
    }
  };
  return html`<${Section} id="keys" title=${t('keys.title')} lead=${t('keys.lead')}>
      ${made && html`<${Secret} label=${made.name} text=${t('keys.once')} value=${made.key} testid="api-key-value" onClose=${() => setMade(null)} />`}
      <${Keys} pages=${pages} onRevoke=${revoke} />
    <//>
    <${Section} id="new-key" title=${t('keys.new')}><${NewKey} onMade=${onMade} /><//>`;
}
