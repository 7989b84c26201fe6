// Short messages at the edge of the screen.
import { createStore } from './store.js';

export const notices = createStore([]);
let next = 0;
const STAY_MS = 7000;

export function dismissNotice(id) {
  notices.update((list) => list.filter((notice) => notice.id !== id));
}

/** `kind`: info | success | error. Errors stay until they are dismissed. */
export function notify(text, kind = 'info') {
  const id = (next += 1);
  notices.update((list) => [...list.filter((notice) => notice.text !== text), { id, text, kind }].slice(-4));
  if (kind !== 'error') setTimeout(() => dismissNotice(id), STAY_MS);
}

/** `explain` is set by the page, which knows the language. */
let explain = (error) => error.message;

export function explainWith(explainer) {
  explain = explainer;
}

export const report = (error) => notify(explain(error), 'error');
export const explained = (error) => explain(error);
