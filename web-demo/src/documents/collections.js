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

/** Stands for one's own collection until the first file makes it. */
export const MINE = 'mine';
const MINE_TO_BE = { id: MINE, name: '', scope: 'user', document_count: 0 };

// Answers may come in another order than they were asked for: the last question's counts, and who asked before waits
// for it.
let latest = null;

function show(data) {
  const sorted = [...data].sort(byScope);
  const list = sorted[0]?.scope === 'user' ? sorted : [MINE_TO_BE, ...sorted];
  const wanted = [collections.get().current, kept.get('collection')].find((id) => list.some((one) => one.id === id));
  collections.set({ list, current: wanted ?? list[0]?.id ?? null, loaded: true });
}

export function loadCollections() {
  const own = allPages('/collections').then(({ data }) => (own === latest ? show(data) : latest));
  latest = own;
  return own;
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

let making = null;

/** The collection to put files into: `MINE` is made when it is first needed. */
export async function realCollection(id, name) {
  if (id !== MINE) return id;
  making ??= createCollection(name, 'user').finally(() => (making = null));
  return (await making).id;
}

/** Which of these takes files that were given to none: one's own of this name, else the first of one's own. */
export function ownOf(list, name) {
  const own = list.filter(({ scope }) => scope === 'user');
  return own.find((one) => one.name === name) ?? own[0];
}

/** The same of all that there are. */
export async function ownCollection(name) {
  if (!collections.get().loaded) await loadCollections();
  return ownOf(collections.get().list, name).id;
}

const WRITERS = {
  user: ['member', 'operator', 'admin', 'superuser'],
  tenant: ['operator', 'admin', 'superuser'],
  global: ['superuser'],
};

/** Who may add to a collection and take from it (docs/roles.md): what the server would refuse is not offered. */
export const mayWrite = (collection, role) => Boolean(WRITERS[collection?.scope]?.includes(role));

export const scopesFor = (role) => Object.keys(WRITERS).filter((scope) => mayWrite({ scope }, role));
