// Messages that the server has not acknowledged. Each keeps its `client_message_id` until then, so
// that it can be sent again after a lost reply, or a reload, without becoming two turns.
import { keptInTab } from '../storage.js';
import { isTemporary } from '../net/api.js';
import { startTurn } from '../net/commands.js';
import { isConnected, onConnected } from '../net/socket.js';

const KEY = 'outbox';
const RETRY_MS = 3000;
let draining = false;
let timer = null;
let listener = { sending() {}, waiting() {}, accepted() {}, refused() {} };

export const unacknowledged = () => keptInTab.get(KEY) ?? [];

function keep(entries) {
  if (entries.length) keptInTab.set(KEY, entries);
  else keptInTab.remove(KEY);
}

const without = (clientMessageId) => unacknowledged().filter((entry) => entry.clientMessageId !== clientMessageId);

/**
 * What comes next in the same new conversation must go to the one that the first message made.
 */
function nameConversation(thread, conversationId) {
  keep(unacknowledged().map((entry) => (entry.thread === thread ? { ...entry, conversationId } : entry)));
}

async function sendFirst(entry) {
  listener.sending(entry);
  try {
    const accepted = await startTurn(entry);
    keep(without(entry.clientMessageId));
    if (!entry.conversationId) nameConversation(entry.thread, accepted.conversation_id);
    listener.accepted(entry, accepted);
    return true;
  } catch (error) {
    if (isTemporary(error)) {
      listener.waiting(entry, error);
      return false;
    }
    keep(without(entry.clientMessageId));
    listener.refused(entry, error);
    return true;
  }
}

/** In order, one at a time: the second message of a conversation follows the first. */
export async function drain() {
  if (draining) return;
  draining = true;
  clearTimeout(timer);
  try {
    for (let entry = unacknowledged()[0]; entry; entry = unacknowledged()[0]) {
      if (!(await sendFirst(entry))) {
        timer = setTimeout(drain, isConnected() ? RETRY_MS * 2 : RETRY_MS);
        return;
      }
    }
  } finally {
    draining = false;
  }
}

export function put(entry) {
  keep([...unacknowledged(), entry]);
  drain();
}

export function onOutbox(next) {
  listener = next;
}

/** The session has ended; what waits goes when the same user is back. */
export function stopDraining() {
  clearTimeout(timer);
}

onConnected(drain);
