// What the user tells the server to do: over the socket while it is open, else over HTTP.
import { api } from './api.js';
import { isConnected, rpc } from './socket.js';

/**
 * Starts a turn. Safe to repeat: the same `clientMessageId` is the same turn, and over HTTP the
 * conversation that it makes is tied to it too.
 */
export async function startTurn({ conversationId, clientMessageId, content, model }) {
  const body = { content, client_message_id: clientMessageId, ...(model && { model }) };
  if (isConnected()) {
    return rpc('turn.start', { ...body, ...(conversationId && { conversation_id: conversationId }) });
  }
  const headers = { 'Idempotency-Key': clientMessageId };
  const id = conversationId ?? (await api.post('/conversations', {}, { headers })).id;
  return api.post(`/conversations/${id}/turns`, body);
}

export function cancelTurn(turnId) {
  if (isConnected()) return rpc('turn.cancel', { turn_id: turnId });
  return api.post(`/turns/${turnId}/cancel`);
}

/** Answers the same words again: `regenerate` anew, `continue` from where the answer broke off. */
export function answerAgain(turnId, how) {
  if (isConnected()) return rpc(`turn.${how}`, { turn_id: turnId });
  return api.post(`/turns/${turnId}/${how}`);
}

export function reportAction(actionId, status, detail) {
  const outcome = status === 'failed' ? { error_message: detail } : { result: { note: detail } };
  if (isConnected()) return rpc('action.report', { action_id: actionId, status, ...outcome });
  return api.post(`/actions/${actionId}/result`, { status, ...outcome });
}
