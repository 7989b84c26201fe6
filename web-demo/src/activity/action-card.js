import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { report } from '../notices.js';
import { ask } from '../shell/dialog.js';
import { Icon } from '../shell/icon.js';
import { NotificationHint } from './notification-hint.js';
import { actionName, actionSubject } from './action-words.js';
import { isDevice, isOpen, reportDone, reportFailed, wantsDevice } from './actions.js';

const ICONS = { iot_control: 'device', reminder: 'clock', query: 'search' };

export function ActionStatus({ status }) {
  return html`<span class="status" data-status=${status}>${t(`action.status.${status}`)}</span>`;
}

function Report({ action }) {
  const done = () => reportDone(action, t('action.reported_here')).catch(report);
  const failed = async () => {
    const reason = await ask({ title: t('action.why_failed'), confirm: t('action.report_failed'), input: '' });
    if (reason !== null) await reportFailed(action, reason).catch(report);
  };
  return html`<div class="row">
    <button type="button" class="button primary small" data-testid="action-report-done" onClick=${done}>
      <${Icon} name="check" />${t('action.report_done')}
    </button>
    <button type="button" class="button small" data-testid="action-report-failed" onClick=${failed}>${t('action.report_failed')}</button>
  </div>`;
}

export function ActionCard({ action }) {
  const device = useStore(isDevice);
  return html`<li class="card" data-testid="action-card" data-status=${action.status} data-action-id=${action.id} data-action-name=${action.name}>
    <div class="card-head">
      <${Icon} name=${ICONS[action.type] ?? 'bolt'} />
      <div>
        <p class="card-title">${actionName(action)}</p>
        <p class="card-text">${actionSubject(action)}</p>
      </div>
      <${ActionStatus} status=${action.status} />
    </div>
    ${action.error_message && html`<p class="card-error">${action.error_message}</p>`}
    <p class="card-meta">${formatDateTime(action.executed_at ?? action.created_at)}</p>
    ${device && isOpen(action) && wantsDevice(action) && html`<${Report} action=${action} />`}
  </li>`;
}

/** The same action where it was decided: one line under the answer. */
export function TurnAction({ action }) {
  return html`<li class="turn-action" data-testid="turn-action" data-status=${action.status}>
    <${Icon} name=${ICONS[action.type] ?? 'bolt'} />
    <span><strong>${actionName(action)}</strong> ${actionSubject(action)}</span>
    <${ActionStatus} status=${action.status} />
    ${action.name === 'create_reminder' && action.status === 'success' && html`<${NotificationHint} under=${action.id} />`}
  </li>`;
}
