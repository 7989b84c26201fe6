// Who did what: filtered, a page at a time, and whether nothing was taken out.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime, fromLocalInput, timeZone } from '../dates.js';
import { api } from '../net/api.js';
import { explained } from '../notices.js';
import { Field, Select } from '../desk/form.js';
import { Section } from '../desk/frame.js';
import { Modal } from '../desk/modal.js';
import { formatNumber } from '../desk/numbers.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { Icon } from '../shell/icon.js';
import { useTenants, useUserNames } from './names.js';

const RESULTS = ['ok', 'denied', 'failed'];
const NOBODY = '00000000-0000-0000-0000-000000000000';

const instant = (local) => (local ? fromLocalInput(local).toISOString() : '');

function Filters({ names, tenants, onApply }) {
  const submit = (event) => {
    event.preventDefault();
    const { from, to, ...rest } = Object.fromEntries(new FormData(event.target));
    onApply({ ...rest, action: rest.action.trim(), target_type: rest.target_type.trim(), from: instant(from), to: instant(to) });
  };
  const people = [['', t('audit.anybody')], ...[...names.values()].map((one) => [one.id, one.email ?? one.name])];
  return html`<form class="filters" role="search" onSubmit=${submit} onReset=${() => onApply({})}>
    <${Select} id="audit-actor" label=${t('audit.who')} name="actor_id" value="" options=${people} data-testid="audit-actor" />
    ${tenants && html`<${Select} id="audit-tenant" label=${t('tenants.one')} name="tenant_id" value="" options=${[['', t('tenants.all')], ...tenants.map(({ id, name }) => [id, name])]} />`}
    <${Field} id="audit-action" label=${t('audit.what')} name="action" placeholder="user.change" autocomplete="off" data-testid="audit-action" />
    <${Field} id="audit-target" label=${t('audit.on')} name="target_type" placeholder="user" autocomplete="off" data-testid="audit-target" />
    <${Select} id="audit-result" label=${t('audit.result')} name="result" value="" options=${[['', t('audit.any_result')], ...RESULTS.map((one) => [one, t(`audit.result.${one}`)])]} data-testid="audit-result" />
    <${Field} id="audit-from" label=${t('audit.from')} name="from" type="datetime-local" data-testid="audit-from" />
    <${Field} id="audit-to" label=${t('audit.to')} name="to" type="datetime-local" data-testid="audit-to" />
    <div class="row"><button type="submit" class="button primary" data-testid="audit-apply"><${Icon} name="search" />${t('audit.apply')}</button>
      <button type="reset" class="button">${t('audit.clear')}</button></div>
  </form>`;
}

function who(record, names) {
  const { kind, id } = record.actor;
  const known = id && names.get(id);
  if (known) return known.email ?? known.name;
  return id ? html`<code title=${id}>${id.slice(0, 8)}</code>` : t(`audit.kind.${kind}`);
}

// Sealed together with the others of their ten minutes.
const ASKED = ['turn.ask', 'search.ask'];

function Details({ record, names, onClose }) {
  const { actor, target } = record;
  const more = Object.entries(record.details ?? {}).filter(([name]) => name !== 'fields');
  const facts = [
    [t('audit.when'), formatDateTime(record.at)],
    [t('audit.who'), html`${who(record, names)} · ${t(`audit.kind.${actor.kind}`)}${actor.role ? ` · ${t(`role.${actor.role}`)}` : ''}`],
    [t('audit.what'), html`<code>${record.action}</code>`],
    [t('audit.on'), html`${target.type}${target.id ? html` <code>${target.id}</code>` : ''}`],
    [t('audit.result'), html`${t(`audit.result.${record.result}`)}${record.code ? html` <code>${record.code}</code>` : ''}`],
    [t('sessions.address'), record.address ?? '–'],
    [t('audit.program'), record.user_agent ?? '–'],
    [t('audit.fields'), (record.details?.fields ?? []).join(', ') || '–'],
    ...(more.length ? [[t('audit.more'), more.map(([name, value]) => html`<div key=${name}>${name} <code>${[value].flat().join(', ') || '–'}</code></div>`)]] : []),
    [t('audit.request'), html`<code>${record.request_id ?? '–'}</code>`],
    [t('audit.seal'), record.seq === null ? t(ASKED.includes(record.action) ? 'audit.sealed_by_period' : 'audit.unsealed') : html`${formatNumber(record.seq)} <code>${record.hash}</code>`],
  ];
  return html`<${Modal} title=${record.action} testid="audit-record" onClose=${onClose}>
    <dl class="facts">${facts.map(([name, value]) => html`<dt key=${`${name} name`}>${name}</dt><dd key=${name}>${value}</dd>`)}</dl>
  <//>`;
}

function Chain({ tenants, user }) {
  const [state, setState] = useState({ busy: false, chains: null, error: null });
  const verify = async () => {
    setState({ busy: true, chains: null, error: null });
    try {
      setState({ busy: false, chains: (await api.get('/audit/chain')).data, error: null });
    } catch (error) {
      setState({ busy: false, chains: null, error });
    }
  };
  const nameOf = (id) => (id === NOBODY ? t('audit.no_tenant') : id === user.tenant_id ? t('due.own') : (tenants?.find((one) => one.id === id)?.name ?? id.slice(0, 8)));
  const columns = [
    { key: 'tenant', label: t('tenants.one'), show: (one) => nameOf(one.tenant_id) },
    { key: 'state', label: t('users.status'), show: (one) => html`<span class="status" data-status=${one.broken ? 'broken' : 'ok'}>${one.broken ? html`${t('audit.broken')} <span lang="en">${one.broken}</span>` : t('audit.whole')}</span>` },
    { key: 'to', label: t('audit.sealed'), numeric: true, show: (one) => formatNumber(one.to) },
    { key: 'open', label: t('audit.unsealed'), numeric: true, show: (one) => formatNumber(one.unsealed) },
  ];
  const tools = html`<button type="button" class="button" disabled=${state.busy} data-testid="audit-verify" onClick=${verify}><${Icon} name="shield" />${t(state.busy ? 'audit.verifying' : 'audit.verify')}</button>`;
  return html`<${Section} id="chain" title=${t('audit.chain')} lead=${t('audit.chain_lead')} tools=${tools}>
    ${state.error && html`<p class="banner error" role="alert">${explained(state.error)}</p>`}
    ${state.chains && html`<${Table} caption=${t('audit.chain')} columns=${columns} list=${state.chains} keyOf=${(one) => one.tenant_id} testid="chains" attributes=${(one) => ({ 'data-state': one.broken ? 'broken' : 'whole' })} />`}
  <//>`;
}

export function Audit({ user }) {
  const names = useUserNames();
  const tenants = useTenants(user);
  const [query, setQuery] = useState({});
  const pages = usePages('/audit', query);
  const [open, setOpen] = useState(null);
  const columns = [
    { key: 'at', label: t('audit.when'), show: (one) => formatDateTime(one.at) },
    { key: 'who', label: t('audit.who'), show: (one) => who(one, names) },
    { key: 'what', label: t('audit.what'), show: (one) => html`<code>${one.action}</code>` },
    { key: 'result', label: t('audit.result'), show: (one) => html`<span class="status" data-status=${one.result}>${t(`audit.result.${one.result}`)}</span>` },
    { key: 'address', label: t('sessions.address'), show: (one) => html`<code>${one.address ?? '–'}</code>` },
    { key: 'open', label: t('audit.details'), quiet: true, show: (one) => html`<button type="button" class="button small" data-testid="audit-open" aria-label=${`${t('audit.details')}: ${one.action}, ${formatDateTime(one.at)}`} onClick=${() => setOpen(one)}>${t('audit.details')}</button>` },
  ];
  return html`<${Section} id="audit" title=${t('audit.title')} lead=${t('audit.lead', { zone: timeZone.get() })}>
      <${Filters} names=${names} tenants=${tenants} onApply=${setQuery} />
      <${Paged} pages=${pages} none=${t('audit.none')}>
        <${Table} caption=${t('audit.title')} columns=${columns} list=${pages.list} testid="audit" attributes=${(one) => ({ 'data-action': one.action, 'data-result': one.result })} />
      <//>
      ${open && html`<${Details} record=${open} names=${names} onClose=${() => setOpen(null)} />`}
    <//>
    <${Chain} tenants=${tenants} user=${user} />`;
}
