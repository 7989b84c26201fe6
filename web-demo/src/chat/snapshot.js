// A conversation as `GET /v1/conversations/{id}/messages` tells it. Pure.
import { answerFrom, emptyAnswer, emptyConversation, newTurn, OUTGOING, questionFrom } from './turn-state.js';

function settledStatus(message) {
  if (message.metadata?.error) return 'failed';
  return message.interrupted ? 'interrupted' : 'completed';
}

/** `partial_text` in the protocol's words; the others are accepted. */
const partialOf = (running) => running.partial_text ?? running.partial ?? running.text ?? '';

function turnsFromMessages(messages) {
  const turns = [];
  const byId = new Map();
  for (const message of messages) {
    if (message.role === 'user') {
      // Of a turn that failed before its first word there is only the question: it says why.
      const error = message.metadata?.error ?? null;
      const turn = newTurn({ turnId: message.turn_id ?? message.id, question: questionFrom(message), status: error ? 'failed' : 'interrupted', error });
      turns.push(turn);
      byId.set(turn.turnId, turn);
    } else if (message.role === 'assistant') {
      const last = turns.at(-1);
      let turn = byId.get(message.turn_id);
      // Answered again by another turn: its question is this one's.
      if (!turn && last && !last.answer) turn = last;
      const replacedBy = message.metadata?.superseded_by;
      if (replacedBy) {
        if (turn) {
          turn.turnId = replacedBy;
          byId.set(replacedBy, turn);
        }
        continue;
      }
      if (turn && message.turn_id) turn.turnId = message.turn_id;
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
  // An answer that is made again has the id of the turn whose question it is.
  const replaced = running.client_message_id?.match(/^again:(.+)$/)?.[1];
  const at = turns.findIndex((turn) => turn.turnId === running.id || (replaced && turn.turnId === replaced));
  // The answer came in between two pages of the same reading: nothing is running any more.
  if (at >= 0 && turns[at].answer && turns[at].turnId === running.id) return;
  if (at >= 0) turns[at].turnId = running.id;
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
