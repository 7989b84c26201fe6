import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime, formatRelative } from '../dates.js';
import { api } from '../net/api.js';
import { uuid } from '../ids.js';
import { Field, FormProblem, Select, Submit, useForm } from '../desk/form.js';
import { isSuperuser, Section } from '../desk/frame.js';
import { Modal } from '../desk/modal.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { madePassword, Secret } from '../desk/secret.js';
import { Table } from '../desk/table.js';
import { Icon } from '../shell/icon.js';
import { useStill, useTenants } from './names.js';
import { Receipt } from './receipt.js';
import { rolesFor, UserDialog } from './user-dialog.js';

function NewUser({ user, tenants, onMade, onClose }) {
  const form = useForm(async (values) => {
    const password = values.provider ? null : madePassword();
    const body = {
      email: values.email.trim(),
      name: values.name.trim(),
      role: values.role,
      ...(values.tenant_id && { tenant_id: values.tenant_id }),
      ...(password && { password }),
    };
    const made = await api.post('/users', body, { headers: { 'Idempotency-Key': uuid() } });
    onMade(made, password);
  });
  return html`<${Modal} title=${t('users.new')} testid="user-new-dialog" onClose=${onClose}>
    <form class="form" onSubmit=${form.submit}>
      <${Field} id="new-email" label=${t('signin.email')} name="email" type="email" required maxlength="255" autocomplete="off" data-testid="user-email" error=${form.errors.email} />
      <div class="form-pair">
        <${Field} id="new-name" label=${t('settings.name')} name="name" required maxlength="200" autocomplete="off" data-testid="user-name" error=${form.errors.name} />
        <${Select} id="new-role" label=${t('users.role')} name="role" value="member" options=${rolesFor(user)} data-testid="user-role" error=${form.errors.role} />
      </div>
      ${tenants && html`<${Select} id="new-tenant" label=${t('tenants.one')} name="tenant_id" value=${user.tenant_id} options=${tenants.map(({ id, name }) => [id, name])} data-testid="user-tenant" error=${form.errors.tenant_id} />`}
      <label class="choice"><input type="checkbox" name="provider" data-testid="user-provider" /><span>${t('users.by_provider')} <small>${t('users.by_provider_hint')}</small></span></label>
      <${FormProblem} form=${form} />
      <div class="row end"><${Submit} form=${form} text=${t('users.create')} testid="user-create" /></div>
    </form>
  <//>`;
}

/** Everything that can be asked of the list. */
function Filters({ words, setWords, tenants, tenant, setTenant }) {
  return html`<form class="filters" role="search" onSubmit=${(event) => event.preventDefault()}>
    <${Field} id="user-search" label=${t('users.search')} type="search" value=${words} autocomplete="off" data-testid="user-search" onInput=${(event) => setWords(event.target.value)} />
    ${tenants && html`<${Select} id="user-tenant-filter" label=${t('tenants.one')} value=${tenant} options=${[['', t('tenants.all')], ...tenants.map(({ id, name }) => [id, name])]} data-testid="user-tenant-filter" onChange=${(event) => setTenant(event.target.value)} />`}
  </form>`;
}

function columnsOf(tenants, open) {
  const nameOf = (id) => tenants?.find((one) => one.id === id)?.name ?? id.slice(0, 8);
  return [
    { key: 'name', label: t('settings.name'), show: (one) => html`<span><b>${one.name}</b><small>${one.email}</small></span>` },
    { key: 'role', label: t('users.role'), show: (one) => t(`role.${one.role}`) },
    tenants && { key: 'tenant', label: t('tenants.one'), show: (one) => nameOf(one.tenant_id) },
    { key: 'status', label: t('users.status'), show: (one) => html`<span class="status" data-status=${one.is_active ? 'active' : 'suspended'}>${t(one.is_active ? 'users.active' : 'users.inactive')}</span>` },
    {
      key: 'seen',
      label: t('users.seen'),
      show: (one) => (one.last_interaction_at ? html`<time datetime=${one.last_interaction_at} title=${formatDateTime(one.last_interaction_at)}>${formatRelative(one.last_interaction_at)}</time>` : t('users.never_seen')),
    },
    {
      key: 'open',
      label: t('admin.manage'),
      quiet: true,
      show: (one) => html`<button type="button" class="button small" data-testid="user-open" aria-label=${t('admin.manage_one', { name: one.name })} onClick=${() => open(one)}>${t('admin.manage')}</button>`,
    },
  ].filter(Boolean);
}

export function Users({ user }) {
  const tenants = useTenants(user);
  const [words, setWords] = useState('');
  const [tenant, setTenant] = useState('');
  const pages = usePages('/users', { q: useStill(words.trim()), tenant_id: tenant });
  const [dialog, setDialog] = useState(null);
  const [fresh, setFresh] = useState(null);
  const close = () => setDialog(null);
  const onMade = (made, password) => {
    setFresh(password && { name: made.email, password });
    close();
    pages.reload();
  };
  const onErased = (erasure) => {
    setDialog({ erasure });
    pages.reload();
  };
  const tools = html`<button type="button" class="button primary" data-testid="user-new" onClick=${() => setDialog({ create: true })}><${Icon} name="plus" />${t('users.new')}</button>`;
  return html`<${Section} id="users" title=${t('users.title')} lead=${t(isSuperuser(user) ? 'users.lead_all' : 'users.lead')} tools=${tools}>
    ${fresh && html`<${Secret} label=${fresh.name} text=${t('users.password_once', { name: fresh.name })} value=${fresh.password} testid="user-password" onClose=${() => setFresh(null)} />`}
    <${Filters} words=${words} setWords=${setWords} tenants=${tenants} tenant=${tenant} setTenant=${setTenant} />
    <${Paged} pages=${pages} none=${t('users.none')}>
      <${Table} caption=${t('users.title')} columns=${columnsOf(tenants, (one) => setDialog({ one }))} list=${pages.list} testid="users" attributes=${(one) => ({ 'data-email': one.email, 'data-active': String(one.is_active) })} />
    <//>
    ${dialog?.create && html`<${NewUser} user=${user} tenants=${tenants} onMade=${onMade} onClose=${close} />`}
    ${dialog?.one && html`<${UserDialog} key=${dialog.one.id} me=${user} of=${dialog.one} onChange=${pages.reload} onErased=${onErased} onClose=${close} />`}
    ${dialog?.erasure && html`<${Receipt} erasure=${dialog.erasure} onClose=${close} />`}
  <//>`;
}
