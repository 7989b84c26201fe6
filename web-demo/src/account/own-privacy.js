// One's own data: what may be kept of it, a copy of all of it, and how it goes.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { uuid } from '../ids.js';
import { report } from '../notices.js';
import { formatSize } from '../documents/sizes.js';
import { download } from '../desk/download.js';
import { isAdmin, Section } from '../desk/frame.js';
import { formatNumber } from '../desk/numbers.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { Icon } from '../shell/icon.js';
import { Switch } from '../shell/switch.js';

function Consent() {
  const pages = usePages('/me/consents');
  const [busy, setBusy] = useState(false);
  const active = pages.list.find((one) => !one.revoked_at);
  const change = async (wanted) => {
    if (busy) return;
    setBusy(true);
    try {
      if (wanted) await api.post('/me/consents', { purpose: 'personal_data' }, { headers: { 'Idempotency-Key': uuid() } });
      else if (active) await api.delete(`/me/consents/${active.id}`);
    } catch (error) {
      report(error);
    }
    setBusy(false);
    pages.reload();
  };
  const columns = [
    { key: 'given', label: t('consent.given'), show: (one) => formatDateTime(one.given_at) },
    { key: 'revoked', label: t('consent.revoked'), show: (one) => (one.revoked_at ? formatDateTime(one.revoked_at) : html`<span class="chip accent">${t('consent.holds')}</span>`) },
  ];
  return html`<${Section} id="consent" title=${t('consent.title')} lead=${t('consent.lead')}>
    <${Switch} label=${t('consent.keep')} hint=${t('consent.keep_hint')} checked=${Boolean(active)} onChange=${change} testid="consent-switch" />
    <details><summary data-testid="consent-history">${t('consent.history')}</summary>
      <${Paged} pages=${pages} none=${t('consent.none')}><${Table} caption=${t('consent.history')} columns=${columns} list=${pages.list} testid="consents" /><//>
    </details>
  <//>`;
}

const LOOK_AGAIN_MS = 1500;

function Exports() {
  const pages = usePages('/exports');
  const running = pages.list.some((one) => one.status === 'running');
  useEffect(() => {
    if (!running) return undefined;
    const again = setTimeout(pages.reload, LOOK_AGAIN_MS);
    return () => clearTimeout(again);
  }, [running, pages.list]);
  const start = async () => {
    try {
      await api.post('/exports', {}, { headers: { 'Idempotency-Key': uuid() } });
    } catch (error) {
      report(error);
    }
    pages.reload();
  };
  const save = async (one) => {
    try {
      await download(`/exports/${one.id}/file`, `mordomo-${one.id}.zip`);
    } catch (error) {
      report(error);
    }
    pages.reload();
  };
  const count = (one) => Object.values(one.counts).reduce((sum, rows) => sum + rows, 0);
  const columns = [
    { key: 'at', label: t('export.started'), show: (one) => formatDateTime(one.created_at) },
    { key: 'status', label: t('export.status'), show: (one) => html`<span class="status" data-status=${one.status}>${t(`export.status.${one.status}`)}</span>` },
    { key: 'rows', label: t('export.rows'), numeric: true, show: (one) => (one.status === 'running' ? '–' : formatNumber(count(one))) },
    { key: 'size', label: t('export.size'), numeric: true, show: (one) => (one.size ? formatSize(one.size) : '–') },
    { key: 'until', label: t('export.until'), show: (one) => (one.expires_at && one.status === 'ready' ? formatDateTime(one.expires_at) : '–') },
    {
      key: 'save',
      label: t('export.download'),
      quiet: true,
      show: (one) => one.status === 'ready' && html`<button type="button" class="button small" data-testid="export-download" onClick=${() => save(one)}><${Icon} name="download" />${t('export.download')}</button>`,
    },
  ];
  const tools = html`<button type="button" class="button" disabled=${running} data-testid="export-start" onClick=${start}>${t('export.start')}</button>`;
  return html`<${Section} id="export" title=${t('export.title')} lead=${t('export.lead')} tools=${tools}>
    <${Paged} pages=${pages} none=${t('export.none')}>
      <${Table} caption=${t('export.title')} columns=${columns} list=${pages.list} testid="exports" attributes=${(one) => ({ 'data-status': one.status })} />
    <//>
  <//>`;
}

function Rules({ user }) {
  const admin = isAdmin(user);
  return html`<${Section} id="rules" title=${t('privacy.rules')} lead=${t(admin ? 'privacy.rules_admin' : 'privacy.rules_member')}>
      ${admin && html`<p><a class="button" href="#/admin/privacy">${t('privacy.rules_open')}</a></p>`}
    <//>
    <${Section} id="erase" title=${t('privacy.erase')} lead=${t(admin ? 'privacy.erase_admin' : 'privacy.erase_member')}>
      ${admin && html`<p><a class="button" href="#/admin/users">${t('privacy.erase_open')}</a></p>`}
    <//>`;
}

export function OwnPrivacy({ user }) {
  return html`<${Consent} /><${Exports} /><${Rules} user=${user} />`;
}
