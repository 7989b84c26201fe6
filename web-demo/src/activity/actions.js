// What the assistant decided to do, and whether it was done.
import { createStore } from '../store.js';
import { api } from '../net/api.js';
import { reportAction } from '../net/commands.js';
import { onConnected, onUserEvent } from '../net/socket.js';
import { kept } from '../storage.js';

export const actions = createStore([]);
/** True when this browser plays the device: its user reports what was done. */
export const isDevice = createStore(kept.get('device') === true);

const OPEN = new Set(['pending', 'executing']);
export const isOpen = (action) => OPEN.has(action.status);
/** Reminders and queries are executed by the server itself. */
export const wantsDevice = (action) => action.type === 'iot_control';

export function setDevice(on) {
  kept.set('device', on);
  isDevice.set(on);
}

export async function loadActions() {
  const { data } = await api.get('/actions?limit=50');
  actions.set([...data].sort((a, b) => String(b.created_at).localeCompare(String(a.created_at))));
}

function upsert(action) {
  actions.update((list) => {
    const at = list.findIndex(({ id }) => id === action.id);
    return at < 0 ? [action, ...list] : list.with(at, { ...list[at], ...action });
  });
}

export async function reportDone(action, note) {
  await reportAction(action.id, 'success', note);
}

export async function reportFailed(action, reason) {
  await reportAction(action.id, 'failed', reason);
}

onUserEvent((event) => {
  if (event.action) upsert(event.action);
});
onConnected(({ lost }) => {
  // Stays as it was when unreadable: the next connect tries again.
  if (lost) loadActions().catch(() => {});
});
