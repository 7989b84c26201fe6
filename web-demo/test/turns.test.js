import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as outgoings from '../src/chat/outgoing.js';
import { fromSnapshot } from '../src/chat/snapshot.js';
import * as turns from '../src/chat/turns.js';

const question = { id: 'm1', turn_id: 't1', role: 'user', content: 'Como faço backup?', created_at: '2026-01-01T10:00:00Z' };
const answer = { id: 'm2', turn_id: 't1', role: 'assistant', content: 'Com ./mordomo backup [1].', references: [{ n: 1 }], interrupted: false };
const position = { epoch: 'e', offset: 10 };

const snapshot = (data, running_turn = null) => fromSnapshot('c1', { data, position, running_turn });
const hear = (state, ...events) => events.reduce((next, data) => turns.applyPublication(next, { offset: next.offset + 1, data }), state);
const started = { type: 'turn.started', turn_id: 't1', client_message_id: 'k1', message: question };
const delta = (index, text, turn_id = 't1') => ({ type: 'turn.delta', turn_id, index, text });
const completed = { type: 'turn.completed', turn_id: 't1', message: answer };
const only = (state) => {
  assert.equal(state.turns.length, 1);
  return state.turns[0];
};

test('a turn grows from its deltas and ends with the message that was kept', () => {
  let state = hear(snapshot([]), started, { type: 'turn.context', turn_id: 't1', references: [{ n: 1 }, { n: 2 }] }, delta(0, 'Com '), delta(1, 'isto'));
  assert.equal(only(state).answer.text, 'Com isto');
  assert.equal(only(state).status, 'running');
  assert.equal(only(state).answer.references.length, 2);
  state = hear(state, completed);
  assert.equal(only(state).answer.text, answer.content);
  assert.equal(only(state).answer.references.length, 1);
  assert.equal(only(state).status, 'completed');
});

test('what was heard before is not heard again', () => {
  const state = hear(snapshot([]), started, delta(0, 'a'), delta(1, 'b'));
  assert.equal(turns.applyPublication(state, { offset: state.offset, data: delta(1, 'b') }), state);
  assert.equal(only(turns.applyEvent(state, delta(1, 'b'))).answer.text, 'ab');
});

test('a missing delta, or a missing publication, asks for a new reading', () => {
  const state = hear(snapshot([]), started, delta(0, 'a'));
  assert.equal(turns.applyEvent(state, delta(2, 'c')).stale, true);
  assert.equal(turns.applyPublication(state, { offset: state.offset + 2, data: delta(1, 'b') }).stale, true);
  assert.equal(only(turns.applyEvent(state, delta(2, 'c'))).answer.text, 'a', 'nothing is shown out of order');
});

test('a delta of a turn that was never seen to begin asks for a new reading', () => {
  assert.equal(hear(snapshot([]), delta(4, 'x', 'unknown')).stale, true);
});

test('a reload in the middle of an answer goes on at its next delta', () => {
  let state = snapshot([question], { id: 't1', partial_text: 'Com ./mor', next_index: 3, queued: 0 });
  assert.equal(only(state).status, 'running');
  state = hear(state, delta(2, 'mor'), delta(3, 'domo'));
  assert.equal(only(state).answer.text, 'Com ./mordomo');
  assert.equal(state.stale, false);
});

test('the other names of the partial text are understood', () => {
  for (const name of ['text', 'partial', 'partial_text']) {
    assert.equal(only(snapshot([question], { id: 't1', [name]: 'Com', next_index: 1 })).answer.text, 'Com');
  }
});

test('a turn that waits behind the running one is shown as waiting', () => {
  const second = { ...question, id: 'm3', turn_id: 't2', content: 'E depois?' };
  const state = snapshot([question, second], { id: 't1', partial_text: 'Com', next_index: 1, queued: 1 });
  assert.deepEqual(state.turns.map((turn) => turns.shownStatus(state, turn)), ['running', 'queued']);
  const live = hear(snapshot([]), started, delta(0, 'a'), { ...started, turn_id: 't2', client_message_id: 'k2', message: second });
  assert.deepEqual(live.turns.map((turn) => turns.shownStatus(live, turn)), ['running', 'queued']);
});

test('an answer that came between two pages of the reading is not running any more', () => {
  const state = snapshot([question, answer], { id: 't1', partial_text: 'Com', next_index: 1 });
  assert.equal(only(state).status, 'completed');
  assert.equal(only(state).answer.text, answer.content);
});

test('late deltas do not touch an answer that is complete', () => {
  const state = hear(snapshot([question, answer]), delta(0, 'x'), delta(7, 'y'));
  assert.equal(only(state).answer.text, answer.content);
  assert.equal(state.stale, false);
});

test('a message on its way out becomes one turn, whichever comes first: the event or the reply', () => {
  const outgoing = outgoings.addOutgoing(snapshot([]), { clientMessageId: 'k1', content: question.content });
  const reply = { turn_id: 't1', message_id: 'm1' };
  const replyFirst = hear(outgoings.acknowledge(outgoing, 'k1', reply), started);
  const eventFirst = outgoings.acknowledge(hear(outgoing, started), 'k1', reply);
  for (const state of [replyFirst, eventFirst]) {
    assert.equal(only(state).turnId, 't1');
    assert.equal(only(state).key, 'k1');
    assert.equal(only(state).status, 'running');
  }
});

test('a message that was stored although its reply was lost is not shown twice', () => {
  const outgoing = outgoings.addOutgoing(snapshot([]), { clientMessageId: 'k1', content: question.content, status: 'unsent' });
  const reread = fromSnapshot('c1', { data: [question, answer], position }, outgoing);
  assert.equal(reread.turns.length, 2, 'until the reply comes, nobody knows that they are one');
  const state = outgoings.acknowledge(reread, 'k1', { turn_id: 't1', message_id: 'm1' });
  assert.equal(only(state).status, 'completed');
});

test('adding the same message twice adds it once', () => {
  const once = outgoings.addOutgoing(snapshot([]), { clientMessageId: 'k1', content: 'x' });
  assert.equal(outgoings.addOutgoing(once, { clientMessageId: 'k1', content: 'x' }), once);
});

test('a new reading keeps what only this browser knows, and the keys on the screen', () => {
  let state = outgoings.addOutgoing(snapshot([]), { clientMessageId: 'k1', content: 'a' });
  state = hear(outgoings.acknowledge(state, 'k1', { turn_id: 't1', message_id: 'm1' }), started);
  state = outgoings.addOutgoing(state, { clientMessageId: 'k2', content: 'b', status: 'unsent' });
  const reread = fromSnapshot('c1', { data: [question, answer], position }, state);
  assert.deepEqual(reread.turns.map(({ key, status }) => [key, status]), [['k1', 'completed'], ['k2', 'unsent']]);
});

test('a stopped and a failed answer keep what was said', () => {
  const state = hear(snapshot([]), started, delta(0, 'Com'));
  const stopped = hear(state, { type: 'turn.cancelled', turn_id: 't1', message: { ...answer, content: 'Com', interrupted: true } });
  assert.deepEqual([only(stopped).status, only(stopped).answer.text], ['interrupted', 'Com']);
  const failed = hear(state, { type: 'turn.failed', turn_id: 't1', code: 'model_timeout', detail: 'Silent.', retryable: true });
  assert.deepEqual([only(failed).status, only(failed).answer.text, only(failed).error.code], ['failed', 'Com', 'model_timeout']);
});

test('an action is shown once, in its latest state', () => {
  const action = { id: 'a1', name: 'turn_off', status: 'pending' };
  let state = hear(snapshot([]), started, { type: 'turn.action', turn_id: 't1', action }, { type: 'turn.action', turn_id: 't1', action });
  state = turns.applyAction(state, { ...action, status: 'success' });
  assert.deepEqual(only(state).actions, [{ ...action, status: 'success' }]);
});

test('actions that were read are placed under the turn of their message', () => {
  const state = turns.placeActions(snapshot([question, answer]), [{ id: 'a1', message_id: 'm2' }, { id: 'a2', message_id: 'elsewhere' }]);
  assert.deepEqual(only(state).actions.map(({ id }) => id), ['a1']);
});

test('messages without a turn are shown in pairs', () => {
  const state = snapshot([{ ...question, turn_id: null }, { ...answer, turn_id: null }, { id: 'm9', role: 'system', content: 'x' }]);
  assert.equal(only(state).answer.text, answer.content);
});

test('a question without an answer that nobody works on was left without one', () => {
  assert.equal(only(snapshot([question])).status, 'interrupted');
});

test('unknown events change nothing but the position', () => {
  const before = hear(snapshot([]), started);
  const after = hear(before, { type: 'turn.sentence', turn_id: 't1', index: 0, text: 'x' }, { type: 'turn.of_the_future' });
  assert.deepEqual(after.turns, before.turns);
  assert.equal(after.offset, before.offset + 2);
});

test('the stop button stops the turn that talks', () => {
  const state = snapshot([question, { ...question, id: 'm3', turn_id: 't2' }], { id: 't1', next_index: 0 });
  assert.equal(turns.activeTurn(state).turnId, 't1');
  assert.equal(turns.activeTurn(snapshot([question, answer])), null);
});

test('an answer that is made again takes the place of the one that broke off', () => {
  const broken = { ...answer, content: 'Com', interrupted: true };
  let state = snapshot([question, broken]);
  assert.equal(only(state).status, 'interrupted');
  state = hear(state, { ...started, turn_id: 't2', client_message_id: 'again:t1', replaces: 't1' });
  assert.equal(only(state).status, 'running');
  assert.equal(only(state).question.text, question.content);
  state = hear(state, delta(0, 'Com isto', 't2'), { ...completed, turn_id: 't2', message: { ...answer, turn_id: 't2' } });
  assert.equal(only(state).status, 'completed');
  assert.equal(only(state).answer.text, answer.content);
  const stored = snapshot([question, { ...broken, metadata: { superseded_by: 't2' } }, { ...answer, id: 'm3', turn_id: 't2' }]);
  assert.equal(only(stored).answer.text, answer.content);
  assert.equal(only(stored).turnId, 't2');
  const running = { id: 't2', client_message_id: 'again:t1', partial_text: 'Com', next_index: 1 };
  assert.equal(only(snapshot([question, broken], running)).status, 'running', 'reloaded while it is made again');
  const nothing = snapshot([question, { ...answer, id: 'm3', turn_id: 't2' }]);
  assert.equal(only(nothing).answer.messageId, 'm3', 'the first had said nothing');
});

test('a turn that failed says why after a reload, whether it had begun to speak or not', () => {
  const error = { code: 'model_error', detail: 'refused', retryable: false };
  const silent = only(snapshot([{ ...question, metadata: { error } }]));
  assert.equal(silent.status, 'failed');
  assert.deepEqual(silent.error, error);
  const broken = only(snapshot([question, { ...answer, interrupted: true, metadata: { error } }]));
  assert.equal(broken.status, 'failed');
  const again = only(snapshot([{ ...question, metadata: { error } }, { ...answer, turn_id: 't2' }]));
  assert.equal(again.status, 'completed', 'answered again since');
  assert.equal(again.error, null);
});
