// What was used in the current period, by day and by model, against the quota.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDate, formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { report } from '../notices.js';
import { Bars } from '../desk/bars.js';
import { download } from '../desk/download.js';
import { isAdmin, Section } from '../desk/frame.js';
import { formatCost, formatDay, formatNumber, formatShort } from '../desk/numbers.js';
import { Skeleton, Unread } from '../desk/paged.js';
import { withQuery } from '../desk/query.js';
import { Table } from '../desk/table.js';
import { Icon } from '../shell/icon.js';
import { daysOf, periodOf } from './period.js';

const pathOf = (user, whose) => (whose === 'tenant' ? `/tenants/${user.tenant_id}/usage` : '/me/usage');

async function read(user, whose) {
  const quota = await api.get(whose === 'tenant' ? `/tenants/${user.tenant_id}` : `/users/${user.id}/quota`);
  const period = periodOf(quota.quota_resets_at);
  const query = { from: period.from.toISOString(), to: period.to.toISOString() };
  const [days, models] = await Promise.all(['day', 'model'].map((by) => api.get(withQuery(pathOf(user, whose), { ...query, by }))));
  return { whose, quota, period, query, days, models };
}

function Quota({ quota, whose }) {
  const { token_quota: most, tokens_consumed: used, quota_resets_at: resets } = quota;
  const percent = most ? Math.round((used / most) * 100) : null;
  const level = percent >= 100 ? 'over' : percent >= 80 ? 'high' : 'fine';
  return html`<div class="quota" data-level=${level} data-testid="quota">
    <p class="quota-number"><b>${formatNumber(used)}</b> ${most === null ? t('usage.tokens') : t('usage.of', { most: formatNumber(most) })}</p>
    ${most !== null && html`<progress max=${Math.max(most, 1)} value=${Math.min(used, most)} aria-label=${t('usage.quota')}></progress>`}
    <p class="fine">${[percent === null ? t(`usage.no_quota.${whose}`) : t('usage.percent', { percent: formatNumber(percent) }), resets ? t('usage.resets', { date: formatDateTime(resets) }) : t('usage.no_reset')].join(' · ')}</p>
  </div>`;
}

const numbersOf = (label) => [
  { key: 'key', label, show: (row) => row.label },
  { key: 'calls', label: t('usage.calls'), numeric: true, show: (row) => formatNumber(row.calls) },
  { key: 'prompt', label: t('usage.prompt'), numeric: true, show: (row) => formatNumber(row.prompt_tokens) },
  { key: 'completion', label: t('usage.completion'), numeric: true, show: (row) => formatNumber(row.completion_tokens) },
  { key: 'cost', label: t('usage.cost'), numeric: true, show: (row) => formatCost(row.cost) },
];

// What is not said otherwise is talk.
const kindOf = ({ kind }) => (kind === 'chat' ? '' : ` · ${t(`usage.kind.${kind}`)}`);
const keyOf = ({ key, kind }) => `${key} ${kind}`;

function ByDay({ days, period }) {
  const known = new Map();
  for (const { key, prompt_tokens: lower, completion_tokens: upper } of days.rows) {
    const before = known.get(key) ?? { lower: 0, upper: 0 };
    known.set(key, { lower: before.lower + lower, upper: before.upper + upper });
  }
  const bars = daysOf(period).map((day) => {
    const { lower, upper } = known.get(day) ?? { lower: 0, upper: 0 };
    return { key: day, lower, upper, title: `${formatDay(day)}: ${formatNumber(lower)} + ${formatNumber(upper)}` };
  });
  const total = days.totals.prompt_tokens + days.totals.completion_tokens;
  const most = Math.max(...bars.map(({ lower, upper }) => lower + upper));
  return html`<figure class="chart">
    <figcaption class="legend"><span class="lower">${t('usage.prompt')}</span><span class="upper">${t('usage.completion')}</span><span class="most">${t('usage.most', { count: formatShort(most) })}</span></figcaption>
    <${Bars} rows=${bars} label=${t('usage.chart', { total: formatNumber(total), from: formatDay(bars[0].key), to: formatDay(bars.at(-1).key) })} />
    <p class="ends" aria-hidden="true"><span>${formatDay(bars[0].key)}</span><span>${formatDay(bars.at(-1).key)}</span></p>
  </figure>
  <details><summary data-testid="usage-as-table">${t('usage.as_table')}</summary>
    <${Table} caption=${t('usage.by_day')} columns=${numbersOf(t('usage.day'))} keyOf=${keyOf} testid="usage-days"
      list=${days.rows.map((row) => ({ ...row, label: html`${formatDay(row.key)}${kindOf(row)}` }))} />
  </details>`;
}

function Csv({ user, shown, by }) {
  const save = () => download(withQuery(pathOf(user, shown.whose), { ...shown.query, by, format: 'csv' }), `usage-by-${by}.csv`).catch(report);
  return html`<button type="button" class="button small" data-testid=${`usage-csv-${by}`} aria-label=${t(`usage.csv.${by}`)} onClick=${save}><${Icon} name="download" />CSV</button>`;
}

function Report({ user, shown }) {
  const { days, models, period } = shown;
  const empty = days.totals.calls === 0;
  return html`<${Section} id="by-day" title=${t('usage.by_day')} tools=${html`<${Csv} user=${user} shown=${shown} by="day" />`}
      lead=${t(period.rolling ? 'usage.rolling' : 'usage.since', { date: formatDate(period.from.toISOString()) })}>
      ${empty ? html`<p class="empty" data-testid="empty">${t('usage.none')}</p>` : html`<${ByDay} days=${days} period=${period} />`}
    <//>
    <${Section} id="by-model" title=${t('usage.by_model')} tools=${html`<${Csv} user=${user} shown=${shown} by="model" />`}>
      ${empty ? html`<p class="empty">${t('usage.none')}</p>` : html`<${Table} caption=${t('usage.by_model')} columns=${numbersOf(t('usage.model'))} keyOf=${keyOf} testid="usage-models"
        list=${models.rows.map((row) => ({ ...row, label: html`<code>${row.key}</code>${kindOf(row)}` }))} />`}
      <p class="fine">${t('usage.utc')}</p>
    <//>`;
}

export function UsagePart({ user }) {
  const [whose, setWhose] = useState('user');
  const [shown, setShown] = useState(null);
  const [error, setError] = useState(null);
  const load = () => {
    let current = true;
    setError(null);
    read(user, whose).then(
      (found) => current && setShown(found),
      (problem) => current && setError(problem),
    );
    return () => {
      current = false;
    };
  };
  useEffect(load, [whose, user.id]);
  const choices = ['user', 'tenant'];
  return html`<${Section} id="quota" title=${t('usage.title')}>
      ${isAdmin(user) && html`<fieldset class="segments"><legend>${t('usage.whose')}</legend>
        ${choices.map((one) => html`<label key=${one}><input type="radio" name="whose" value=${one} checked=${one === whose} data-testid=${`usage-of-${one}`} onChange=${() => setWhose(one)} /><span>${t(`usage.whose.${one}`)}</span></label>`)}
      </fieldset>`}
      ${error && html`<${Unread} error=${error} onRetry=${load} />`}
      ${shown ? html`<${Quota} quota=${shown.quota} whose=${shown.whose} />` : !error && html`<${Skeleton} />`}
    <//>
    ${shown && html`<${Report} user=${user} shown=${shown} />`}`;
}
