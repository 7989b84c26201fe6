// Messages on their way out of this browser, as changes of a conversation's state. Pure.
import { newTurn, OUTGOING } from './turn-state.js';

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
