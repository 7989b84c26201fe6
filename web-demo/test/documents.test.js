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
