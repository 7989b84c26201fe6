// The list of conversations, those last talked in first, kept fresh by the user's channel.
import { createStore } from '../store.js';
import { api } from '../net/api.js';
import { onConnected, onUserEvent } from '../net/socket.js';

export const NO_CONVERSATIONS = { list: [], nextCursor: null, loaded: false };
export const conversations = createStore(NO_CONVERSATIONS);
const PAGE = 50;

const page = (cursor) => api.get(`/conversations?${new URLSearchParams({ limit: PAGE, ...(cursor && { cursor }) })}`);

export async function loadConversations() {
  const { data, next_cursor: nextCursor } = await page();
  conversations.set({ list: data, nextCursor, loaded: true });
}

export async function loadMoreConversations() {
  const { data, next_cursor: nextCursor } = await page(conversations.get().nextCursor);
  conversations.update(({ list }) => {
    const known = new Set(list.map(({ id }) => id));
    return { list: [...list, ...data.filter(({ id }) => !known.has(id))], nextCursor, loaded: true };
  });
}

/** Turns whose end was heard: two channels tell of a turn, and the slower one may say that it still runs. */
const ended = new Set();
const stillRuns = (turn) => (turn && !ended.has(turn.id) ? turn : null);

/** What was just talked in comes first. */
function upsert(conversation) {
  conversations.update((state) => {
    const old = state.list.find(({ id }) => id === conversation.id);
    const rest = state.list.filter(({ id }) => id !== conversation.id);
    return { ...state, list: [{ ...old, ...conversation, running_turn: stillRuns(conversation.running_turn) }, ...rest] };
  });
}

/** What the open conversation shows of itself: its turn that runs, if any, and the one that has just ended. */
export function markRunning(id, running, over = null) {
  if (over) ended.add(over);
  conversations.update((state) => ({
    ...state,
    list: state.list.map((one) => (one.id === id ? { ...one, running_turn: running && { id: running } } : one)),
  }));
}

const forget = (id) =>
  conversations.update((state) => ({ ...state, list: state.list.filter((one) => one.id !== id) }));

export async function renameConversation(id, title) {
  const changed = await api.patch(`/conversations/${id}`, { title });
  conversations.update((state) => ({
    ...state,
    list: state.list.map((one) => (one.id === id ? { ...one, ...(changed ?? { title }) } : one)),
  }));
}

export async function deleteConversation(id) {
  await api.delete(`/conversations/${id}`);
  forget(id);
}

onUserEvent((event) => {
  if (event.type === 'conversation.updated' && event.conversation) upsert(event.conversation);
  if (event.type === 'conversation.deleted') forget(event.conversation?.id ?? event.conversation_id);
});
onConnected(({ lost }) => {
  // A failure here shows as the connection's state; the list stays as it was.
  if (lost) loadConversations().catch(() => {});
});
