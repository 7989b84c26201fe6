import assert from 'node:assert/strict';
import { test } from 'node:test';

// It would keep this process waiting for other tabs.
delete globalThis.BroadcastChannel;
const { ownOf } = await import('../src/documents/collections.js');

const collection = (name, scope = 'user') => ({ id: name, name, scope });

test('files that were given to no collection go into one\'s own of the page\'s name', () => {
  const list = [collection('Letters'), collection('My documents'), collection('My documents', 'tenant')];
  assert.equal(ownOf(list, 'My documents'), list[1]);
  assert.equal(ownOf(list, 'Meus documentos'), list[0]);
  assert.equal(ownOf(list.slice(1).reverse(), 'My documents'), list[1]);
});

test('an answer that comes late does not hide what a later one has shown', async () => {
  globalThis.localStorage = { getItem: () => 'refresh', setItem: () => {}, removeItem: () => {} };
  const answers = [];
  globalThis.fetch = () => new Promise((answered) => {
    answers.push((data) => answered(new Response(JSON.stringify({ data, next_cursor: null }))));
  });
  const { takeTokens } = await import('../src/net/session.js');
  const { documents, openCollection, refreshDocuments } = await import('../src/documents/documents.js');
  takeTokens({ access_token: `x.${btoa(JSON.stringify({ sub: 'ana' }))}.x`, refresh_token: 'refresh', expires_in: 900 });
  const first = openCollection('c');
  const second = refreshDocuments('c');
  while (answers.length < 2) await new Promise(setImmediate);
  answers[1]([{ id: 'new' }]);
  await second;
  answers[0]([]);
  await first;
  assert.deepEqual(documents.get(), { collectionId: 'c', list: [{ id: 'new' }], nextCursor: null, loading: false, error: null });
});
