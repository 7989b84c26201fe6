// The documents of one collection, a page at a time.
import { createStore } from '../store.js';
import { api } from '../net/api.js';
import { onUserEvent } from '../net/socket.js';
import { collections, MINE } from './collections.js';

export const NO_DOCUMENTS = { collectionId: null, list: [], nextCursor: null, loading: false, error: null };
export const documents = createStore(NO_DOCUMENTS);
const PAGE = 25;

async function page(collectionId, cursor) {
  const query = new URLSearchParams({ limit: PAGE, ...(cursor && { cursor }) });
  return api.get(`/collections/${collectionId}/documents?${query}`);
}

// Answers may come in another order than they were asked for: the last question's counts.
let reads = 0;

async function read(collectionId, cursor, before) {
  reads += 1;
  const number = reads;
  // Or another collection was chosen meanwhile.
  const isStale = () => number !== reads || documents.get().collectionId !== collectionId;
  documents.update((state) => ({ ...state, collectionId, loading: true, error: null }));
  try {
    const { data, next_cursor: nextCursor } = await page(collectionId, cursor);
    if (isStale()) return;
    documents.set({ collectionId, list: [...before, ...data], nextCursor, loading: false, error: null });
  } catch (error) {
    if (!isStale()) documents.update((state) => ({ ...state, loading: false, error }));
  }
}

export function openCollection(collectionId) {
  if (collectionId === MINE) {
    documents.set({ ...NO_DOCUMENTS, collectionId });
    return Promise.resolve();
  }
  const again = documents.get().collectionId === collectionId;
  if (!again) documents.set({ ...NO_DOCUMENTS, collectionId });
  return read(collectionId, null, []);
}

export function moreDocuments() {
  const { collectionId, list, nextCursor } = documents.get();
  return read(collectionId, nextCursor, list);
}

export async function deleteDocument(id) {
  await api.delete(`/documents/${id}`);
  documents.update((state) => ({ ...state, list: state.list.filter((document) => document.id !== id) }));
}

/** After an upload: the list as the server has it. */
export function refreshDocuments(collectionId) {
  if (documents.get().collectionId === collectionId) return openCollection(collectionId);
  return Promise.resolve();
}

onUserEvent((event) => {
  const finished = event.type === 'job.updated' && ['done', 'failed'].includes(event.job?.status);
  if (finished && documents.get().collectionId) refreshDocuments(collections.get().current);
});
