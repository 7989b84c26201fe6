import { html, useEffect, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { formatDateTime, formatRelative } from '../dates.js';
import { report } from '../notices.js';
import { Icon, IconButton } from '../shell/icon.js';
import { Switch } from '../shell/switch.js';
import { ActionCard } from './action-card.js';
import { actions, isDevice, setDevice } from './actions.js';
import { NotificationHint } from './notification-hint.js';
import { ReminderForm } from './reminder-form.js';
import { repeatWords } from './repeat.js';
import { acknowledge, cancelReminder, reminders, snooze } from './reminders.js';

const RECENT = 20;
const isWaiting = (reminder) => reminder.status === 'pending' || (reminder.status === 'triggered' && !reminder.acknowledged_at);

function ReminderItem({ reminder }) {
  const act = (command) => () => command(reminder).catch(report);
  const rings = reminder.status === 'triggered';
  return html`<li class="card" data-testid="reminder-item" data-status=${reminder.status} data-reminder-id=${reminder.id}>
    <div class="card-head">
      <${Icon} name=${rings ? 'bell' : 'clock'} />
      <div>
        <p class="card-title">${reminder.title}</p>
        ${reminder.description && html`<p class="card-text">${reminder.description}</p>`}
        <p class="card-meta">
          <time datetime=${reminder.scheduled_at} title=${formatDateTime(reminder.scheduled_at)}>${formatRelative(reminder.scheduled_at)}</time>
          ${' · '}${formatDateTime(reminder.scheduled_at)}
          ${reminder.rrule && html`<span class="repeat"><${Icon} name="repeat" />${repeatWords(reminder.rrule)}</span>`}
        </p>
      </div>
    </div>
    <div class="row">
      ${rings && html`<button type="button" class="button primary small" data-testid="reminder-item-acknowledge" onClick=${act(acknowledge)}>${t('reminder.acknowledge')}</button>`}
      <button type="button" class="button small" data-testid="reminder-item-snooze" onClick=${act(snooze)}>${t('reminder.snooze')}</button>
      <button type="button" class="button small quiet" data-testid="reminder-item-cancel" onClick=${act(cancelReminder)}>${t('reminder.cancel')}</button>
    </div>
  </li>`;
}

/** "in 5 minutes" must not stay so. */
function useMinute() {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 20_000);
    return () => clearInterval(timer);
  }, []);
}

function Reminders() {
  useMinute();
  const list = useStore(reminders).filter(isWaiting);
  const [adding, setAdding] = useState(false);
  return html`<section aria-labelledby="reminders-title">
    <div class="section-head">
      <h3 id="reminders-title">${t('reminder.heading')}</h3>
      <${IconButton} icon="plus" label=${t('reminder.new')} data-testid="reminder-new" aria-expanded=${adding} onClick=${() => setAdding(!adding)} />
    </div>
    ${adding && html`<${ReminderForm} onDone=${() => setAdding(false)} />`}
    ${list.length === 0 && !adding && html`<p class="empty">${t('reminder.none')}</p>`}
    <ul class="cards">${list.map((reminder) => html`<${ReminderItem} key=${reminder.id} reminder=${reminder} />`)}</ul>
    <${NotificationHint} />
  </section>`;
}

function Actions() {
  const list = useStore(actions).slice(0, RECENT);
  const device = useStore(isDevice);
  return html`<section aria-labelledby="actions-title">
    <div class="section-head"><h3 id="actions-title">${t('action.heading')}</h3></div>
    <${Switch} label=${t('action.device')} hint=${t('action.device_hint')} checked=${device} onChange=${setDevice} testid="device-switch" />
    ${list.length === 0 && html`<p class="empty">${t('action.none')}</p>`}
    <ul class="cards">${list.map((action) => html`<${ActionCard} key=${action.id} action=${action} />`)}</ul>
  </section>`;
}

export function ActivityPanel() {
  return html`<div class="panel-body" data-testid="activity-panel"><${Reminders} /><${Actions} /></div>`;
}
