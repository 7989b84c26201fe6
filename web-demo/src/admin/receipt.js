// The receipt of an erasure: what went, counted by table.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { Modal } from '../desk/modal.js';
import { formatNumber } from '../desk/numbers.js';
import { Table } from '../desk/table.js';
import { explained } from '../notices.js';

const LOOK_AGAIN_MS = 1000;

function Rows({ caption, counts, testid }) {
  const list = Object.entries(counts).filter(([, rows]) => rows > 0);
  if (list.length === 0) return null;
  const columns = [
    { key: 'table', label: t('erasure.table'), show: ([table]) => html`<code>${table}</code>` },
    { key: 'rows', label: t('erasure.rows'), numeric: true, show: ([, rows]) => formatNumber(rows) },
  ];
  return html`<section><h3>${caption}</h3><${Table} caption=${caption} columns=${columns} list=${list} keyOf=${([table]) => table} testid=${testid} /></section>`;
}

export function Receipt({ erasure, onClose }) {
  const [now, setNow] = useState(erasure);
  const [error, setError] = useState(null);
  useEffect(() => {
    if (now.status !== 'running') return undefined;
    const again = setTimeout(() => api.get(`/erasures/${now.id}`).then(setNow, setError), LOOK_AGAIN_MS);
    return () => clearTimeout(again);
  }, [now]);
  return html`<${Modal} title=${t('erasure.receipt')} testid="receipt" onClose=${onClose}>
    <p role="status" class="status" data-status=${now.status} data-testid="receipt-status">${t(`erasure.status.${now.status}`)}</p>
    ${error && html`<p class="banner error" role="alert">${explained(error)}</p>`}
    <dl class="facts">
      <dt>${t('erasure.number')}</dt><dd><code>${now.id}</code></dd>
      <dt>${t('erasure.subject')}</dt><dd>${t(`erasure.kind.${now.kind}`)} <code>${now.subject_id}</code></dd>
      <dt>${t('erasure.requested')}</dt><dd>${formatDateTime(now.requested_at)}</dd>
      ${now.ended_at && html`<dt>${t('erasure.ended')}</dt><dd>${formatDateTime(now.ended_at)}</dd>
        <dt>${t('erasure.files')}</dt><dd>${formatNumber(now.files)}</dd>`}
    </dl>
    ${now.status === 'done' && html`<${Rows} caption=${t('erasure.erased')} counts=${now.erased} testid="receipt-erased" /><${Rows} caption=${t('erasure.unnamed')} counts=${now.unnamed} testid="receipt-unnamed" />`}
  <//>`;
}
