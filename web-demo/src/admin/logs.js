// What the servers logged, for the superuser.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime, fromLocalInput, timeZone } from '../dates.js';
import { Field, Select } from '../desk/form.js';
import { Section } from '../desk/frame.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { Icon } from '../shell/icon.js';

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
const WRONG = new Set(['WARN', 'ERROR']);

const instant = (local) => (local ? fromLocalInput(local).toISOString() : '');

// Who posted a line says what its source and message are: it must not be taken for the server's own.
function Origin({ line }) {
  if (!line.user_id) return html`<small>${line.source} · ${line.node}</small>`;
  const said = Object.keys(line.metadata).length > 0;
  return html`<small><span class="chip" title=${line.tenant_id} data-testid="log-posted">${t('logs.posted', { user: line.user_id.slice(0, 8) })}</span> ${line.source}</small>
    ${said && html`<details><summary data-testid="log-metadata">${t('logs.metadata')}</summary><pre class="log-message" tabindex="0" aria-label=${t('logs.metadata')}>${JSON.stringify(line.metadata, null, 2)}</pre></details>`}`;
}

function Filters({ onApply, onReload }) {
  const submit = (event) => {
    event.preventDefault();
    const { from, to, ...rest } = Object.fromEntries(new FormData(event.target));
    onApply({ ...rest, source: rest.source.trim(), from: instant(from), to: instant(to) });
    onReload();
  };
  return html`<form class="filters" role="search" onSubmit=${submit} onReset=${() => onApply({})}>
    <${Select} id="log-level" label=${t('logs.level')} name="level" value="" options=${[['', t('logs.any_level')], ...LEVELS.map((one) => [one, one])]} data-testid="log-level" />
    <${Field} id="log-source" label=${t('logs.source')} name="source" placeholder="dev.mordomo.chat" autocomplete="off" data-testid="log-source" />
    <${Field} id="log-text" label=${t('logs.text')} name="text" maxlength="200" autocomplete="off" data-testid="log-text" />
    <${Field} id="log-from" label=${t('audit.from')} name="from" type="datetime-local" />
    <${Field} id="log-to" label=${t('audit.to')} name="to" type="datetime-local" />
    <div class="row"><button type="submit" class="button primary" data-testid="log-apply"><${Icon} name="search" />${t('audit.apply')}</button>
      <button type="reset" class="button">${t('audit.clear')}</button></div>
  </form>`;
}

export function Logs() {
  const [query, setQuery] = useState({});
  const pages = usePages('/logs', query, 50);
  const columns = [
    { key: 'at', label: t('audit.when'), show: (one) => html`<time datetime=${one.at}>${formatDateTime(one.at)}</time>` },
    { key: 'level', label: t('logs.level'), show: (one) => html`<span class="status" data-status=${WRONG.has(one.level) ? 'failed' : 'ok'}>${one.level}</span>` },
    { key: 'message', label: t('logs.message'), show: (one) => html`<div><pre class="log-message" tabindex="0" aria-label=${t('logs.message')}>${one.message}</pre><${Origin} line=${one} /></div>` },
  ];
  return html`<${Section} id="logs" title=${t('logs.title')} lead=${t('logs.lead', { zone: timeZone.get() })}>
    <${Filters} onApply=${setQuery} onReload=${pages.reload} />
    <${Paged} pages=${pages} none=${t('logs.none')}>
      <${Table} caption=${t('logs.title')} columns=${columns} list=${pages.list} testid="logs" attributes=${(one) => ({ 'data-level': one.level })} />
    <//>
  <//>`;
}
