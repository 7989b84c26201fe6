// The browser's own notifications, for when this tab is not in front.
import { createStore } from '../store.js';

const supported = 'Notification' in globalThis;
/** default | granted | denied | unsupported */
export const permission = createStore(supported ? Notification.permission : 'unsupported');

/** Only from a click: browsers refuse, and people dislike, anything else. */
export async function askPermission() {
  if (supported) permission.set(await Notification.requestPermission());
}

export function showNotification(reminder) {
  if (!supported || Notification.permission !== 'granted') return;
  try {
    // The tag makes several open tabs show one notification.
    const shown = new Notification(reminder.title, { body: reminder.description ?? '', tag: reminder.id, icon: 'favicon.svg' });
    shown.onclick = () => {
      focus();
      shown.close();
    };
  } catch {
    // Some phones allow notifications from service workers alone; the card and the sound remain.
  }
}
