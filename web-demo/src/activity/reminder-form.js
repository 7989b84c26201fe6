import { html, useEffect, useRef, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { fromLocalInput, timeZone, toLocalInput } from '../dates.js';
import { explained } from '../notices.js';
import { createReminder } from './reminders.js';

const REPEATS = {
  never: null,
  daily: 'FREQ=DAILY',
  weekdays: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
  weekly: 'FREQ=WEEKLY',
  monthly: 'FREQ=MONTHLY',
};
const HOUR = 3_600_000;

function fieldsOf(form) {
  const { title, description, when, repeat } = Object.fromEntries(new FormData(form));
  const rrule = REPEATS[repeat];
  return {
    title: title.trim(),
    ...(description.trim() && { description: description.trim() }),
    scheduled_at: fromLocalInput(when).toISOString(),
    ...(rrule && { rrule }),
    time_zone: timeZone.get(),
  };
}

export function ReminderForm({ onDone }) {
  const [error, setError] = useState(null);
  const first = useRef(null);
  useEffect(() => first.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    try {
      await createReminder(fieldsOf(event.target));
      onDone();
    } catch (problem) {
      setError(explained(problem));
    }
  };
  return html`<form class="form card" onSubmit=${submit} data-testid="reminder-form">
    <label><span>${t('reminder.title')}</span>
      <input ref=${first} class="field" name="title" required maxlength="200" data-testid="reminder-title" /></label>
    <label><span>${t('reminder.description')}</span>
      <input class="field" name="description" maxlength="1000" /></label>
    <div class="form-pair">
      <label><span>${t('reminder.when')}</span>
        <input class="field" name="when" type="datetime-local" required data-testid="reminder-when" value=${toLocalInput(new Date(Date.now() + HOUR))} /></label>
      <label><span>${t('reminder.repeat')}</span>
        <select class="select" name="repeat">
          ${Object.keys(REPEATS).map((name) => html`<option key=${name} value=${name}>${t(`reminder.repeat.${name}`)}</option>`)}
        </select></label>
    </div>
    <p class="fine">${t('reminder.zone', { zone: timeZone.get() })}</p>
    ${error && html`<p class="banner error" role="alert">${error}</p>`}
    <div class="row end">
      <button type="button" class="button small" onClick=${onDone}>${t('common.cancel')}</button>
      <button type="submit" class="button primary small" data-testid="reminder-save">${t('reminder.create')}</button>
    </div>
  </form>`;
}
