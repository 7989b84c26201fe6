// What an event means for the state of a conversation. Pure.
import { ACTIVE, answerFrom, emptyAnswer, newTurn, OUTGOING, questionFrom } from './turn-state.js';

function changeTurn(state, turnId, change) {
  const turns = state.turns.map((turn) => (turn.turnId === turnId ? change(turn) : turn));
  return { ...state, turns };
}

/** The same question is answered anew, in the place of the answer that broke off. */
function replaced(state, { turn_id: turnId, replaces }) {
  return changeTurn(state, replaces, (turn) => ({ ...turn, turnId, status: 'running', answer: null, actions: [], error: null }));
}

function started(state, event) {
  const { turn_id: turnId, client_message_id: clientMessageId, message } = event;
  if (state.turns.some((turn) => event.replaces && turn.turnId === event.replaces)) return replaced(state, event);
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
