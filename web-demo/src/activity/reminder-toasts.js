import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { formatTime } from '../dates.js';
import { report } from '../notices.js';
import { Icon } from '../shell/icon.js';
import { acknowledge, ringing, snooze } from './reminders.js';

function Toast({ reminder }) {
  const act = (command) => () => command(reminder).catch(report);
  return html`<section class="reminder-toast" role="alert" data-testid="reminder-toast" data-reminder-id=${reminder.id}>
    <span class="toast-bell"><${Icon} name="bell" /></span>
    <div class="toast-body">
      <p class="eyebrow">${t('reminder.now')} · ${formatTime(reminder.scheduled_at)}</p>
      <h2>${reminder.title}</h2>
      ${reminder.description && html`<p>${reminder.description}</p>`}
      <div class="row">
        <button type="button" class="button primary small" data-testid="reminder-acknowledge" onClick=${act(acknowledge)}>${t('reminder.acknowledge')}</button>
        <button type="button" class="button small" data-testid="reminder-snooze" onClick=${act(snooze)}>${t('reminder.snooze')}</button>
      </div>
    </div>
  </section>`;
}

export function ReminderToasts() {
  const list = useStore(ringing);
  return html`<div class="reminder-toasts" role="region" aria-label=${t('reminder.ringing')}>
    ${list.map((reminder) => html`<${Toast} key=${reminder.id} reminder=${reminder} />`)}
  </div>`;
}
