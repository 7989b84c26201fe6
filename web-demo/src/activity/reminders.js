// Reminders, and those that ring now.
import { createStore } from '../store.js';
import { allPages, api } from '../net/api.js';
import { onConnected, onUserEvent } from '../net/socket.js';
import { onTabMessage, tellTabs } from '../net/tabs.js';
import { uuid } from '../ids.js';
import { chime } from './chime.js';
import { showNotification } from './notifications.js';

export const reminders = createStore([]);
export const ringing = createStore([]);
const rung = new Set();
const SNOOZE_MINUTES = 10;

const byTime = (a, b) => String(a.scheduled_at).localeCompare(String(b.scheduled_at));

export async function loadReminders() {
  // Apart: those that are over are no reason to miss one that is still to ring.
  const [waiting, rang] = await Promise.all([allPages('/reminders?status=pending'), api.get('/reminders?status=triggered&limit=100')]);
  reminders.set([...waiting.data, ...rang.data].sort(byTime));
}

function upsert(reminder) {
  reminders.update((list) => [...list.filter(({ id }) => id !== reminder.id), reminder].sort(byTime));
}

function silence(id) {
  ringing.update((list) => list.filter((reminder) => reminder.id !== id));
}

function ring(reminder) {
  const occurrence = `${reminder.id} ${reminder.triggered_at ?? reminder.scheduled_at}`;
  if (rung.has(occurrence)) return;
  rung.add(occurrence);
  ringing.update((list) => [...list.filter(({ id }) => id !== reminder.id), reminder]);
  chime();
  showNotification(reminder);
}

/** A recurring one is pending again as soon as it has rung. */
function waits({ status, rrule, triggered_at: at, acknowledged_at: seen }) {
  const rang = status === 'triggered' || (status === 'pending' && rrule && at);
  return Boolean(rang) && (!seen || (at && seen < at));
}

/** `connect` tells what rang while nobody was here: the reminders, or how many. */
async function ringMissed(pending) {
  if (Array.isArray(pending)) pending.forEach(ring);
  else if (pending > 0) {
    await loadReminders();
    reminders.get().filter(waits).forEach(ring);
  }
}

async function act(reminder, command, body) {
  const changed = await api.post(`/reminders/${reminder.id}/${command}`, body);
  silence(reminder.id);
  tellTabs('reminder-settled', { id: reminder.id });
  if (changed?.id) upsert(changed);
  else await loadReminders();
}

export const snooze = (reminder) => act(reminder, 'snooze', { minutes: SNOOZE_MINUTES });
export const cancelReminder = (reminder) => act(reminder, 'cancel');
export const acknowledge = (reminder) => act(reminder, 'acknowledge');

export async function createReminder(fields) {
  upsert(await api.post('/reminders', fields, { headers: { 'Idempotency-Key': uuid() } }));
}

onUserEvent((event) => {
  if (event.reminder) {
    upsert(event.reminder);
    if (event.type === 'reminder.triggered') ring(event.reminder);
    else if (event.type !== 'reminder.updated') silence(event.reminder.id);
  }
  // Made by the assistant in a conversation.
  if (event.action?.type === 'reminder' && event.action.status === 'success') loadReminders().catch(() => {});
});
onTabMessage('reminder-settled', ({ id }) => {
  silence(id);
  loadReminders().catch(() => {});
});
onConnected(({ data, lost }) => {
  // What cannot be read now is read at the next connect.
  ringMissed(data.pending_reminders ?? 0).catch(() => {});
  if (lost) loadReminders().catch(() => {});
});
