// The shape of a conversation's state, and of a turn in it. What changes it is pure: snapshot.js reads,
// turns.js hears, outgoing.js says what this browser does. conversation.js joins them to the network.
//
//   conversation: { id, epoch, offset, stale, turns }     stale: something was missed, read again
//   turn: { key, turnId, clientMessageId, status, question, answer, actions, error }
//   status: sending | unsent | refused      on its way out of this browser
//           queued | running                the server has it
//           completed | interrupted | failed

export const ACTIVE = new Set(['queued', 'running']);
export const OUTGOING = new Set(['sending', 'unsent', 'refused']);

export const emptyConversation = (id = null) => ({ id, epoch: '', offset: 0, stale: false, turns: [] });

export const emptyAnswer = { text: '', nextIndex: 0, references: [], messageId: null };

export const newTurn = (fields) => ({
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

export const questionFrom = (message) => ({
  text: message.content,
  messageId: message.id,
  createdAt: message.created_at,
});

export function answerFrom(message, before = emptyAnswer) {
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
    cutBy: message.metadata?.cut_by ?? null,
  };
}
