// Where we are, by the hash: `#/`, `#/c/{conversation_id}`, `#/documents`, `#/settings`, and the pages that have
// parts, `#/account/{part}` and `#/admin/{part}`.
import { createStore } from './store.js';

export function parseRoute(hash) {
  const [, page = '', id = ''] = hash.replace(/^#/, '').split('/');
  if (page === 'c' && id) return { page: 'chat', conversationId: decodeURIComponent(id) };
  if (page === 'documents' || page === 'settings') return { page };
  if (page === 'account' || page === 'admin') return { page, part: id };
  return { page: 'chat', conversationId: null };
}

const here = globalThis.location ? location.hash : '';
export const route = createStore(parseRoute(here));

globalThis.addEventListener?.('hashchange', () => route.set(parseRoute(location.hash)));

export const conversationHref = (id) => `#/c/${encodeURIComponent(id)}`;

export function go(hash) {
  location.hash = hash;
}

/** Changes the address without a step in the history: a new conversation has got its id. */
export function goReplacing(hash) {
  history.replaceState(null, '', hash);
  route.set(parseRoute(hash));
}
