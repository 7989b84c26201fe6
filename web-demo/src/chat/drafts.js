// What was typed and not sent, per conversation: a reload or a lost connection must not eat it.
import { keptInTab } from '../storage.js';

const key = (conversationId) => `draft.${conversationId ?? 'new'}`;

export const readDraft = (conversationId) => keptInTab.get(key(conversationId)) ?? '';

export function keepDraft(conversationId, text) {
  if (text) keptInTab.set(key(conversationId), text);
  else keptInTab.remove(key(conversationId));
}
