// The state of one conversation, as a pure function of what was read and what was heard.
// Nothing here touches the network or the page: see conversation.js for that.
//
//   turn: { key, turnId, clientMessageId, status, question, answer, actions, error }
//   status: sending | unsent | refused      on its way out of this browser
//           queued | running                the server has it
//           completed | interrupted | failed

export const ACTIVE = new Set(['queued', 'running']);
const OUTGOING = new Set(['sending', 'unsent', 'refused']);

export const emptyConversation = (id = null) => ({ id, epoch: '', offset: 0, stale: false, turns: [] });

const emptyAnswer = { text: '', nextIndex: 0, references: [], messageId: null };

const newTurn = (fields) => ({
  key: fields.clientMessageId ?? fields.turnId,
  turnId: null,
  clientMessageId: null,
  status: 'running',
  question: null,
  answer: null,
  actions: [],
  error: null,
  ...fields,
});

const questionFrom = (message) => ({
  text: message.content,
  messageId: message.id,
  createdAt: message.created_at,
});

function answerFrom(message, before = emptyAnswer) {
  return {
    ...before,
    text: message.content ?? before.text,
    messageId: message.id ?? before.messageId,
    references: message.references ?? before.references,
    model: message.model ?? null,
    tokens: message.tokens ?? null,
    latencyMs: message.latency_ms ?? null,
    firstTokenMs: message.time_to_first_token_ms ?? null,
    createdAt: message.created_at ?? null,
    feedback: message.metadata?.feedback ?? null,
  };
}

function settledStatus(message) {
  if (message.metadata?.error) return 'failed';
  return message.interrupted ? 'interrupted' : 'completed';
}

// ---- reading a snapshot -------------------------------------------------------------------

/** `partial_text` in the protocol's words; the others are accepted. */
const partialOf = (running) => running.partial_text ?? running.partial ?? running.text ?? '';

function turnsFromMessages(messages) {
  const turns = [];
  const byId = new Map();
  for (const message of messages) {
    if (message.role === 'user') {
      const turn = newTurn({ turnId: message.turn_id ?? message.id, question: questionFrom(message), status: 'interrupted' });
      turns.push(turn);
      byId.set(turn.turnId, turn);
    } else if (message.role === 'assistant') {
      const last = turns.at(-1);
      let turn = byId.get(message.turn_id);
      if (!turn && !message.turn_id && last && !last.answer) turn = last;
      if (!turn) {
        turn = newTurn({ turnId: message.turn_id ?? message.id });
        turns.push(turn);
        byId.set(turn.turnId, turn);
      }
      turn.answer = answerFrom(message);
      turn.status = settledStatus(message);
      turn.error = message.metadata?.error ?? null;
    }
  }
  return turns;
}

function resume(turns, running) {
  if (!running) return;
  const at = turns.findIndex((turn) => turn.turnId === running.id);
  // The answer came in between two pages of the same reading: nothing is running any more.
  if (at >= 0 && turns[at].answer) return;
  if (at < 0) turns.push(newTurn({ turnId: running.id }));
  const turn = turns[at < 0 ? turns.length - 1 : at];
  const text = partialOf(running);
  turn.status = running.queued === true && !text ? 'queued' : 'running';
  const references = running.references ?? [];
  turn.answer = { ...emptyAnswer, text, nextIndex: running.next_index ?? 0, references };
  for (const later of turns.slice(turns.indexOf(turn) + 1)) if (!later.answer) later.status = 'queued';
}

/**
 * What `GET /v1/conversations/{id}/messages` says, plus what only this browser knows: the messages
 * on their way out, and the keys under which turns are already on the screen.
 */
export function fromSnapshot(id, { data, position, running_turn: running }, before = emptyConversation(id)) {
  const turns = turnsFromMessages(data);
  resume(turns, running);
  const known = new Map(before.turns.filter((turn) => turn.turnId).map((turn) => [turn.turnId, turn]));
  const merged = turns.map((turn) => {
    const old = known.get(turn.turnId);
    if (!old) return turn;
    return { ...turn, key: old.key, clientMessageId: old.clientMessageId, actions: old.actions };
  });
  const outgoing = before.turns.filter((turn) => OUTGOING.has(turn.status) && !turn.turnId);
  return { id, epoch: position.epoch, offset: position.offset, stale: false, turns: [...merged, ...outgoing] };
}

// ---- hearing events -----------------------------------------------------------------------

function changeTurn(state, turnId, change) {
  const turns = state.turns.map((turn) => (turn.turnId === turnId ? change(turn) : turn));
  return { ...state, turns };
}

function started(state, event) {
  const { turn_id: turnId, client_message_id: clientMessageId, message } = event;
  const at = state.turns.findIndex(
    (turn) => turn.turnId === turnId || (clientMessageId && turn.clientMessageId === clientMessageId),
  );
  if (at < 0) {
    const turn = newTurn({ turnId, clientMessageId: clientMessageId ?? null, question: questionFrom(message) });
    return { ...state, turns: [...state.turns, turn] };
  }
  const old = state.turns[at];
  const settled = !ACTIVE.has(old.status) && !OUTGOING.has(old.status);
  const turn = { ...old, turnId, question: questionFrom(message), status: settled ? old.status : 'running', error: null };
  return { ...state, turns: state.turns.with(at, turn) };
}

function delta(state, event) {
  const turn = state.turns.find((one) => one.turnId === event.turn_id);
  // A turn we have never seen begin: our reading is too old to be continued.
  if (!turn) return { ...state, stale: true };
  const answer = turn.answer ?? emptyAnswer;
  if (!ACTIVE.has(turn.status) || event.index < answer.nextIndex) return state;
  if (event.index > answer.nextIndex) return { ...state, stale: true };
  const grown = { ...answer, text: answer.text + event.text, nextIndex: event.index + 1 };
  return changeTurn(state, event.turn_id, () => ({ ...turn, status: 'running', answer: grown }));
}

function settle(state, event, status) {
  const { turn_id: turnId, message } = event;
  const error = status === 'failed' ? { code: event.code, detail: event.detail, retryable: event.retryable } : null;
  if (!state.turns.some((turn) => turn.turnId === turnId)) return { ...state, stale: true };
  return changeTurn(state, turnId, (turn) => ({
    ...turn,
    status,
    error: error ?? event.error ?? null,
    answer: message ? answerFrom(message, turn.answer ?? emptyAnswer) : turn.answer,
  }));
}

const sameAction = (action) => (other) => other.id === action.id;

function withAction(turn, action) {
  const at = turn.actions.findIndex(sameAction(action));
  const actions = at < 0 ? [...turn.actions, action] : turn.actions.with(at, { ...turn.actions[at], ...action });
  return { ...turn, actions };
}

/** One event's effect. Unknown types change nothing: newer servers say more. */
export function applyEvent(state, event) {
  switch (event.type) {
    case 'turn.started':
      return started(state, event);
    case 'turn.context':
      return changeTurn(state, event.turn_id, (turn) => ({
        ...turn,
        answer: { ...(turn.answer ?? emptyAnswer), references: event.references },
      }));
    case 'turn.delta':
      return delta(state, event);
    case 'turn.action':
      return changeTurn(state, event.turn_id, (turn) => withAction(turn, event.action));
    case 'turn.completed':
      return settle(state, event, 'completed');
    case 'turn.cancelled':
      return settle(state, event, 'interrupted');
    case 'turn.failed':
      return settle(state, event, 'failed');
    default:
      return state;
  }
}

/** A publication with its offset: old ones change nothing, a gap makes the state stale. */
export function applyPublication(state, { offset, data }) {
  if (offset === undefined) return applyEvent(state, data);
  if (offset <= state.offset) return state;
  if (offset > state.offset + 1) return { ...state, stale: true };
  return { ...applyEvent(state, data), offset };
}

/** An action of this conversation changed its state, as the user's channel says. */
export function applyAction(state, action) {
  return { ...state, turns: state.turns.map((turn) => (turn.actions.some(sameAction(action)) ? withAction(turn, action) : turn)) };
}

/** Actions that were read over HTTP, put under the turns whose messages they belong to. */
export function placeActions(state, actions) {
  const ofTurn = (turn) =>
    actions.filter(
      (action) =>
        (action.turn_id && action.turn_id === turn.turnId) ||
        (action.message_id && [turn.answer?.messageId, turn.question?.messageId].includes(action.message_id)),
    );
  return { ...state, turns: state.turns.map((turn) => ofTurn(turn).reduce(withAction, turn)) };
}

// ---- what this browser does ---------------------------------------------------------------

export function addOutgoing(state, { clientMessageId, content, createdAt, status = 'sending' }) {
  if (state.turns.some((turn) => turn.clientMessageId === clientMessageId)) return state;
  const question = { text: content, messageId: null, createdAt };
  return { ...state, turns: [...state.turns, newTurn({ clientMessageId, status, question })] };
}

export function markOutgoing(state, clientMessageId, status, error = null) {
  const turns = state.turns.map((turn) =>
    turn.clientMessageId === clientMessageId && OUTGOING.has(turn.status) ? { ...turn, status, error } : turn,
  );
  return { ...state, turns };
}

/** The server has it. Its events may have come first, or a reading that holds the turn already. */
export function acknowledge(state, clientMessageId, { turn_id: turnId, message_id: messageId }) {
  const outgoing = state.turns.find((turn) => turn.clientMessageId === clientMessageId);
  const twin = state.turns.find((turn) => turn.turnId === turnId && turn !== outgoing);
  if (!outgoing) return state;
  if (twin) {
    const turns = state.turns
      .filter((turn) => turn !== outgoing)
      .map((turn) => (turn === twin ? { ...twin, clientMessageId } : turn));
    return { ...state, turns };
  }
  if (!OUTGOING.has(outgoing.status)) return state;
  const question = { ...outgoing.question, messageId };
  const turns = state.turns.map((turn) => (turn === outgoing ? { ...turn, turnId, question, status: 'queued', error: null } : turn));
  return { ...state, turns };
}

export const removeTurn = (state, key) => ({ ...state, turns: state.turns.filter((turn) => turn.key !== key) });

/** The turn that the stop button stops: the one that talks, else the first that waits. */
export const activeTurn = (state) =>
  state.turns.find((turn) => turn.status === 'running') ?? state.turns.find((turn) => turn.status === 'queued') ?? null;

/**
 * How a turn is to be shown. `turn.started` may come while an earlier turn still talks; then this
 * one waits, whatever its own status says.
 */
export function shownStatus(state, turn) {
  if (!ACTIVE.has(turn.status) || turn.answer?.text) return turn.status;
  const first = state.turns.find((one) => ACTIVE.has(one.status));
  return first === turn ? 'running' : 'queued';
}
