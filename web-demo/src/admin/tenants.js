// Organisations, kept by the superuser.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDate, formatDay, fromLocalInput, toLocalInput } from '../dates.js';
import { api } from '../net/api.js';
import { uuid } from '../ids.js';
import { notify, report } from '../notices.js';
import { Field, FormProblem, Select, Submit, useForm } from '../desk/form.js';
import { Section } from '../desk/frame.js';
import { Modal } from '../desk/modal.js';
import { formatNumber, formatShort } from '../desk/numbers.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { ask } from '../shell/dialog.js';
import { Icon } from '../shell/icon.js';
import { Receipt } from './receipt.js';

const PLANS = ['starter', 'pro', 'scale', 'enterprise'];

async function save(one, values) {
  const body = { name: values.name.trim(), plan: values.plan, token_quota: Number(values.token_quota), next_billing_date: values.next_billing_date || null };
  if (!one) return api.post('/tenants', body, { headers: { 'Idempotency-Key': uuid() } });
  const resets = values.quota_resets_at ? fromLocalInput(values.quota_resets_at).toISOString() : null;
  // To the minute: what was not touched keeps its seconds.
  const touched = values.quota_resets_at !== (one.quota_resets_at ? toLocalInput(new Date(one.quota_resets_at)) : '');
  return api.patch(`/tenants/${one.id}`, { ...body, ...(touched && { quota_resets_at: resets }) });
}

function TenantForm({ one, onSaved }) {
  const form = useForm(async (values) => onSaved(await save(one, values)));
  return html`<form class="form" onSubmit=${form.submit}>
    <${Field} id="tenant-name" label=${t('settings.name')} name="name" required maxlength="160" value=${one?.name ?? ''} data-testid="tenant-name" error=${form.errors.name} />
    <div class="form-pair">
      <${Select} id="tenant-plan" label=${t('tenants.plan')} name="plan" value=${one?.plan ?? 'starter'} options=${PLANS.map((plan) => [plan, t(`plan.${plan}`)])} data-testid="tenant-plan" error=${form.errors.plan} />
      <${Field} id="tenant-quota" label=${t('tenants.quota')} name="token_quota" type="number" min="0" step="1" required value=${one?.token_quota ?? 10000} data-testid="tenant-quota" error=${form.errors.token_quota} />
    </div>
    <${Field} id="tenant-billed" label=${t('tenants.billed')} name="next_billing_date" type="date" value=${one?.next_billing_date ?? ''} hint=${t('tenants.billed_hint')} data-testid="tenant-billed" error=${form.errors.next_billing_date} />
    ${one && html`<${Field} id="tenant-resets" label=${t('tenants.resets')} name="quota_resets_at" type="datetime-local" value=${one.quota_resets_at ? toLocalInput(new Date(one.quota_resets_at)) : ''} hint=${t('tenants.resets_hint')} data-testid="tenant-resets" error=${form.errors.quota_resets_at} />`}
    <${FormProblem} form=${form} />
    <div class="row end"><${Submit} form=${form} text=${t(one ? 'common.save' : 'tenants.create')} testid="tenant-save" /></div>
  </form>`;
}

function TenantDialog({ user, of, onChange, onErased, onClose }) {
  const [one, setOne] = useState(of);
  const own = one.id === user.tenant_id;
  const changed = (next) => {
    setOne(next);
    onChange();
  };
  const onSaved = (next) => {
    notify(t('settings.saved'), 'success');
    changed(next);
  };
  const suspend = async () => {
    try {
      const resume = one.status === 'suspended';
      const sure = resume || (await ask({ title: t('tenants.suspend'), text: t('tenants.suspend_sure', { name: one.name }), confirm: t('tenants.suspend'), danger: true }));
      if (sure) changed(await api.patch(`/tenants/${one.id}`, { status: resume ? 'active' : 'suspended' }));
    } catch (error) {
      report(error);
    }
  };
  const erase = async () => {
    try {
      const typed = await ask({ title: t('tenants.erase'), text: t('tenants.erase_sure'), confirm: t('tenants.erase'), danger: true, expect: one.name });
      if (typed) onErased(await api.delete(`/tenants/${one.id}`));
    } catch (error) {
      report(error);
    }
  };
  const suspended = one.status === 'suspended';
  return html`<${Modal} title=${one.name} testid="tenant-dialog" onClose=${onClose}>
    <p><span class="status" data-status=${one.status} data-testid="tenant-status">${t(`tenants.status.${one.status}`)}</span></p>
    <${TenantForm} key=${one.quota_resets_at} one=${one} onSaved=${onSaved} />
    ${own
      ? html`<p class="banner">${t('tenants.own')}</p>`
      : html`<div>
          <div class="setting-row"><div><p>${t(suspended ? 'tenants.resume' : 'tenants.suspend')}</p><small>${t(suspended ? 'tenants.resume_text' : 'tenants.suspend_text')}</small></div>
            <button type="button" class="button small" data-testid="tenant-suspend" onClick=${suspend}>${t(suspended ? 'tenants.resume' : 'tenants.suspend')}</button></div>
          <div class="setting-row"><div><p>${t('tenants.erase')}</p><small>${t('tenants.erase_text')}</small></div>
            <button type="button" class="button small danger" data-testid="tenant-erase" onClick=${erase}>${t('users.erase_do')}</button></div>
        </div>`}
  <//>`;
}

function columnsOf(open) {
  return [
    { key: 'name', label: t('settings.name'), show: (one) => html`<b>${one.name}</b>` },
    { key: 'plan', label: t('tenants.plan'), show: (one) => t(`plan.${one.plan}`) },
    { key: 'status', label: t('users.status'), show: (one) => html`<span class="status" data-status=${one.status}>${t(`tenants.status.${one.status}`)}</span>` },
    { key: 'used', label: t('tenants.used'), numeric: true, show: (one) => html`<span title=${`${formatNumber(one.tokens_consumed)} / ${formatNumber(one.token_quota)}`}>${formatShort(one.tokens_consumed)} / ${formatShort(one.token_quota)}</span>` },
    { key: 'resets', label: t('tenants.resets'), show: (one) => (one.quota_resets_at ? formatDate(one.quota_resets_at) : '–') },
    { key: 'billed', label: t('tenants.billed'), show: (one) => (one.next_billing_date ? formatDay(one.next_billing_date) : '–') },
    {
      key: 'open',
      label: t('admin.manage'),
      quiet: true,
      show: (one) => html`<button type="button" class="button small" data-testid="tenant-open" aria-label=${t('admin.manage_one', { name: one.name })} onClick=${() => open(one)}>${t('admin.manage')}</button>`,
    },
  ];
}

export function Tenants({ user }) {
  const pages = usePages('/tenants');
  const [dialog, setDialog] = useState(null);
  const close = () => setDialog(null);
  const onMade = () => {
    notify(t('tenants.made'), 'success');
    close();
    pages.reload();
  };
  const onErased = (erasure) => {
    setDialog({ erasure });
    pages.reload();
  };
  const tools = html`<button type="button" class="button primary" data-testid="tenant-new" onClick=${() => setDialog({ create: true })}><${Icon} name="plus" />${t('tenants.new')}</button>`;
  return html`<${Section} id="tenants" title=${t('tenants.title')} lead=${t('tenants.lead')} tools=${tools}>
    <${Paged} pages=${pages} none=${t('tenants.none')}>
      <${Table} caption=${t('tenants.title')} columns=${columnsOf((one) => setDialog({ one }))} list=${pages.list} testid="tenants" attributes=${(one) => ({ 'data-name': one.name, 'data-status': one.status })} />
    <//>
    ${dialog?.create && html`<${Modal} title=${t('tenants.new')} testid="tenant-new-dialog" onClose=${close}><${TenantForm} onSaved=${onMade} /><//>`}
    ${dialog?.one && html`<${TenantDialog} key=${dialog.one.id} user=${user} of=${dialog.one} onChange=${pages.reload} onErased=${onErased} onClose=${close} />`}
    ${dialog?.erasure && html`<${Receipt} erasure=${dialog.erasure} onClose=${close} />`}
  <//>`;
}
