// The collections that the user may see, and the one whose documents are on the screen.
import { createStore } from '../store.js';
import { api, allPages } from '../net/api.js';
import { kept } from '../storage.js';
import { uuid } from '../ids.js';

export const NO_COLLECTIONS = { list: [], current: null, loaded: false };
export const collections = createStore(NO_COLLECTIONS);

/** One's own first: that is where files are dropped. */
const RANK = { user: 0, tenant: 1, global: 2 };
const byScope = (a, b) => (RANK[a.scope] ?? 3) - (RANK[b.scope] ?? 3) || a.name.localeCompare(b.name);

export async function loadCollections() {
  const { data } = await allPages('/collections');
  const list = [...data].sort(byScope);
  const wanted = [collections.get().current, kept.get('collection')].find((id) => list.some((one) => one.id === id));
  collections.set({ list, current: wanted ?? list[0]?.id ?? null, loaded: true });
}

export function chooseCollection(id) {
  kept.set('collection', id);
  collections.update((state) => ({ ...state, current: id }));
}

export async function createCollection(name, scope) {
  const made = await api.post('/collections', { name, scope }, { headers: { 'Idempotency-Key': uuid() } });
  await loadCollections();
  chooseCollection(made.id);
  return made;
}
