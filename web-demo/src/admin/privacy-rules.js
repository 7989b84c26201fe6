// The organisation's rules for personal data, what is past its time, and the receipts of erasures.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { notify } from '../notices.js';
import { Field, FormProblem, Submit, useForm } from '../desk/form.js';
import { isSuperuser, Section } from '../desk/frame.js';
import { formatNumber } from '../desk/numbers.js';
import { usePages } from '../desk/pages.js';
import { Paged, Skeleton, Unread } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { useTenants } from './names.js';
import { Receipt } from './receipt.js';

const POLICIES = ['reversible', 'mask', 'keep'];
const OF_DOCUMENTS = ['keep', 'mask', 'refuse'];

/** Read once, and again when asked. */
function useRead(path) {
  const [state, setState] = useState({ found: null, error: null });
  const load = () => {
    api.get(path).then(
      (found) => setState({ found, error: null }),
      (error) => setState({ found: null, error }),
    );
  };
  useEffect(load, [path]);
  return { ...state, load, set: (found) => setState({ found, error: null }) };
}

function RulesForm({ path, rules, onSaved }) {
  const form = useForm(async ({ personal_data: policy, personal_data_in_documents: documents, retention_days: days }) => {
    onSaved(await api.patch(path, { personal_data: policy, personal_data_in_documents: documents, retention_days: Number(days || 0) }));
    notify(t('settings.saved'), 'success');
  });
  return html`<form class="form" onSubmit=${form.submit}>
    <fieldset class="choices"><legend>${t('rules.policy')}</legend>
      ${POLICIES.map(
        (policy) => html`<label key=${policy} class="choice"><input type="radio" name="personal_data" value=${policy} defaultChecked=${policy === rules.personal_data} data-testid=${`policy-${policy}`} />
          <span><b>${t(`rules.${policy}`)}</b> <small>${t(`rules.${policy}_is`)}</small></span></label>`,
      )}
      ${form.errors.personal_data && html`<p class="field-error">${form.errors.personal_data}</p>`}
    </fieldset>
    <fieldset class="choices"><legend>${t('rules.documents')}</legend>
      ${OF_DOCUMENTS.map(
        (policy) => html`<label key=${policy} class="choice"><input type="radio" name="personal_data_in_documents" value=${policy} defaultChecked=${policy === rules.personal_data_in_documents} data-testid=${`documents-${policy}`} />
          <span><b>${t(`rules.documents_${policy}`)}</b> <small>${t(`rules.documents_${policy}_is`)}</small></span></label>`,
      )}
      ${form.errors.personal_data_in_documents && html`<p class="field-error">${form.errors.personal_data_in_documents}</p>`}
    </fieldset>
    <${Field} id="retention-days" label=${t('rules.days')} name="retention_days" type="number" min="0" max="36500" step="1" value=${rules.retention_days ?? ''} hint=${t('rules.days_hint')} data-testid="retention-days" error=${form.errors.retention_days} />
    <${FormProblem} form=${form} />
    <div class="row end"><${Submit} form=${form} testid="rules-save" /></div>
  </form>`;
}

function Rules({ user }) {
  const path = `/tenants/${user.tenant_id}/privacy`;
  const { found, error, load, set } = useRead(path);
  return html`<${Section} id="rules" title=${t('privacy.rules')} lead=${t('rules.lead')}>
    ${error ? html`<${Unread} error=${error} onRetry=${load} />` : found ? html`<${RulesForm} path=${path} rules=${found} onSaved=${set} />` : html`<${Skeleton} />`}
  <//>`;
}

function Due({ user }) {
  const { found, error, load } = useRead('/retention');
  const tenants = useTenants(user);
  const nameOf = (id) => tenants?.find((one) => one.id === id)?.name ?? id.slice(0, 8);
  const number = (key) => ({ key, label: t(`due.${key}`), numeric: true, show: (one) => formatNumber(one[key]) });
  const columns = [{ key: 'tenant', label: t('tenants.one'), show: (one) => (one.tenant_id === user.tenant_id ? t('due.own') : nameOf(one.tenant_id)) }, number('messages'), number('turns'), number('actions'), number('conversations'), number('documents'), number('queries')];
  return html`<${Section} id="due" title=${t('due.title')} lead=${t('due.lead')}>
    ${error && html`<${Unread} error=${error} onRetry=${load} />`}
    ${!found && !error && html`<${Skeleton} />`}
    ${found && (found.data.length === 0 ? html`<p class="empty" data-testid="due-none">${t('due.none')}</p>` : html`<${Table} caption=${t('due.title')} columns=${columns} list=${found.data} keyOf=${(one) => one.tenant_id} testid="due" />`)}
  <//>`;
}

function Erasures() {
  const pages = usePages('/erasures');
  const [open, setOpen] = useState(null);
  const columns = [
    { key: 'at', label: t('erasure.requested'), show: (one) => formatDateTime(one.requested_at) },
    { key: 'what', label: t('erasure.subject'), show: (one) => html`<span>${t(`erasure.kind.${one.kind}`)} <code>${one.subject_id.slice(0, 8)}</code></span>` },
    { key: 'status', label: t('users.status'), show: (one) => html`<span class="status" data-status=${one.status}>${t(`erasure.status.${one.status}`)}</span>` },
    { key: 'open', label: t('erasure.receipt'), quiet: true, show: (one) => html`<button type="button" class="button small" data-testid="receipt-open" onClick=${() => setOpen(one)}>${t('erasure.receipt')}</button>` },
  ];
  return html`<${Section} id="erasures" title=${t('erasure.title')} lead=${t('erasure.lead')}>
    <${Paged} pages=${pages} none=${t('erasure.none')}><${Table} caption=${t('erasure.title')} columns=${columns} list=${pages.list} testid="erasures" /><//>
    ${open && html`<${Receipt} erasure=${open} onClose=${() => setOpen(null)} />`}
  <//>`;
}

export function PrivacyRules({ user }) {
  return html`${isSuperuser(user) && html`<p class="banner">${t('rules.superuser')}</p>`}<${Rules} user=${user} /><${Due} user=${user} /><${Erasures} />`;
}
