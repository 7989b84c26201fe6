// The open conversation: reads it, listens to it from that position on, and reads it again when
// something was missed. The rules of what an event means are in turns.js.
import { createStore } from '../store.js';
import { api, allPages } from '../net/api.js';
import { answerAgain, cancelTurn } from '../net/commands.js';
import { isConnected, listen, onUserEvent } from '../net/socket.js';
import { uuid } from '../ids.js';
import { conversationHref, goReplacing } from '../router.js';
import { chosenModel } from '../models.js';
import { report } from '../notices.js';
import { actions } from '../activity/actions.js';
import { markRunning } from './conversations.js';
import { onOutbox, put, unacknowledged } from './outbox.js';
import * as outgoing from './outgoing.js';
import { fromSnapshot } from './snapshot.js';
import { emptyConversation } from './turn-state.js';
import * as turns from './turns.js';

/** `status`: new | loading | ready | missing | unreadable. `thread` names a conversation without an id. */
const blank = () => ({ status: 'new', thread: uuid(), ...emptyConversation() });
export const conversation = createStore(blank());

/** Pages begin with the oldest: only the whole has what was said last. */
const WHOLE = { most: Infinity, limit: 200 };
const SETTLING = new Set(['turn.completed', 'turn.cancelled', 'turn.failed']);
let stopListening = () => {};
let early = null; // publications that came while a reading was under way
let generation = 0; // a reading for a conversation that is no longer open is thrown away
let retryTimer = null;

const change = (next) => conversation.update((state) => ({ ...state, ...next(state) }));

/** The list of conversations shows which one answers just now. */
function tellList({ type, turn_id: turnId } = {}) {
  const state = conversation.get();
  markRunning(state.id, turns.activeTurn(state)?.turnId ?? null, SETTLING.has(type) ? turnId : null);
}

function hear(publication) {
  if (early) {
    early.push(publication);
    return;
  }
  change((state) => turns.applyPublication(state, publication));
  // Decided before this page was loaded, while the message they belong to was not there yet.
  if (publication.data.type === 'turn.completed') change((state) => turns.placeActions(state, actions.get()));
  if (publication.data.type !== 'turn.delta') tellList(publication.data);
  if (conversation.get().stale) reload();
}

function subscribe({ id, epoch, offset }) {
  stopListening();
  stopListening = listen(`conversation:${id}`, { epoch, offset }, {
    onPublication: hear,
    onLost: reload,
    onRefused: () => change(() => ({ status: 'missing' })),
  });
}

function addOwnOutgoing(state) {
  return unacknowledged()
    .filter((entry) => entry.conversationId === state.id)
    .reduce((next, entry) => outgoing.addOutgoing(next, { ...entry, status: 'unsent' }), state);
}

async function readActions(id, mine) {
  // Only decoration of the turns: a server without the filter must not spoil the conversation.
  const page = await api.get(`/actions?conversation_id=${id}&limit=100`).catch(() => null);
  if (page && mine === generation) change((state) => turns.placeActions(state, page.data));
}

async function read(id) {
  const mine = generation;
  early = [];
  try {
    const { first, data } = await allPages(`/conversations/${id}/messages`, WHOLE);
    if (mine !== generation) return null;
    const snapshot = { data, position: first.position, running_turn: first.running_turn };
    change((state) => ({ ...addOwnOutgoing(fromSnapshot(id, snapshot, state)), status: 'ready' }));
    const missed = early;
    early = null;
    tellList();
    missed.forEach(hear);
    readActions(id, mine);
    return conversation.get();
  } catch (error) {
    if (mine !== generation) return null;
    early = null;
    if (error.status === 404) change(() => ({ status: 'missing' }));
    else {
      if (conversation.get().status === 'loading') change(() => ({ status: 'unreadable' }));
      retryTimer = setTimeout(() => mine === generation && retry(), 3000);
    }
    return null;
  }
}

async function reload() {
  // One reading at a time; what comes meanwhile is kept and judged against its position.
  if (early) return;
  change(() => ({ stale: false }));
  const epoch = conversation.get().epoch;
  const state = await read(conversation.get().id);
  // After a restore of the server the subscription's epoch is gone too.
  if (state && state.epoch !== epoch) subscribe(state);
}

export async function retry() {
  const { id, epoch } = conversation.get();
  if (!id) return;
  clearTimeout(retryTimer);
  const state = await read(id);
  if (state && !epoch) subscribe(state);
  else if (state && state.epoch !== epoch) subscribe(state);
}

function leave() {
  generation += 1;
  clearTimeout(retryTimer);
  stopListening();
  stopListening = () => {};
  early = null;
}

export async function openConversation(id) {
  if (id && id === conversation.get().id) return;
  leave();
  if (!id) {
    // A reload before the server had the first message: it is still to be sent, and to be seen.
    const thread = unacknowledged().find((entry) => !entry.conversationId)?.thread;
    conversation.set(addOwnOutgoing({ ...blank(), ...(thread && { thread }) }));
    return;
  }
  conversation.set({ ...blank(), ...emptyConversation(id), status: 'loading' });
  const state = await read(id);
  if (state) subscribe(state);
}

export function closeConversation() {
  leave();
  conversation.set(blank());
}

// ---- sending ------------------------------------------------------------------------------

export function send(content) {
  const { id, thread } = conversation.get();
  const createdAt = new Date().toISOString();
  const entry = { clientMessageId: uuid(), conversationId: id, thread, content, createdAt, model: chosenModel() };
  change((state) => outgoing.addOutgoing(state, { ...entry, status: isConnected() ? 'sending' : 'unsent' }));
  put(entry);
}

/** A refused message goes again as a new one. */
export function sendAgain(turn) {
  if (turn.status === 'refused') change((state) => outgoing.removeTurn(state, turn.key));
  send(turn.question.text);
}

/** The same words are answered again; where the conversation has gone on, they are said again. */
export async function answer(turn, how) {
  try {
    await answerAgain(turn.turnId, how);
  } catch (error) {
    if (error.code === 'conflict') send(turn.question.text);
    else report(error);
  }
}

export async function stopAnswer() {
  const turn = turns.activeTurn(conversation.get());
  if (!turn?.turnId) return;
  try {
    await cancelTurn(turn.turnId);
  } catch (error) {
    report(error);
  }
}

const concerns = (entry, state) =>
  entry.conversationId ? entry.conversationId === state.id : !state.id && entry.thread === state.thread;

function adoptConversation(entry, accepted) {
  const { conversation_id: id, position } = accepted;
  change((state) => ({ ...state, id, epoch: position.epoch, offset: position.offset, status: 'ready' }));
  subscribe(conversation.get());
  goReplacing(conversationHref(id));
}

onOutbox({
  sending: (entry) => change((state) => outgoing.markOutgoing(state, entry.clientMessageId, 'sending')),
  waiting: (entry) => change((state) => outgoing.markOutgoing(state, entry.clientMessageId, 'unsent')),
  refused: (entry, error) => change((state) => outgoing.markOutgoing(state, entry.clientMessageId, 'refused', error)),
  accepted(entry, accepted) {
    if (!concerns(entry, conversation.get())) return;
    change((state) => outgoing.acknowledge(state, entry.clientMessageId, accepted));
    if (!entry.conversationId) adoptConversation(entry, accepted);
  },
});

onUserEvent((event) => {
  if (event.action) change((state) => turns.applyAction(state, event.action));
});
