import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headingPath } from '../src/citations/headings.js';
import { uuid } from '../src/ids.js';
import { Problem, problemFrom, problemFromRpc } from '../src/net/problem.js';
import { parseRoute } from '../src/router.js';
import { explain } from '../src/shell/explain.js';

test('addresses', () => {
  assert.deepEqual(parseRoute(''), { page: 'chat', conversationId: null });
  assert.deepEqual(parseRoute('#/c/01-ab'), { page: 'chat', conversationId: '01-ab' });
  assert.deepEqual(parseRoute('#/documents'), { page: 'documents' });
  assert.deepEqual(parseRoute('#/settings'), { page: 'settings' });
  assert.deepEqual(parseRoute('#/no/such'), { page: 'chat', conversationId: null });
});

test('heading paths, as text or as a list', () => {
  assert.deepEqual(headingPath('A › B'), ['A', 'B']);
  assert.deepEqual(headingPath('A > B > C'), ['A', 'B', 'C']);
  assert.deepEqual(headingPath(['A', '', 'B']), ['A', 'B']);
  assert.deepEqual(headingPath(null), []);
});

test('an identifier is a random UUID', () => {
  assert.match(uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(uuid(), uuid());
});

test('a problem over HTTP keeps its code, its fields and what is its own', () => {
  const problem = problemFrom(409, { status: 409, code: 'duplicate', detail: 'There.', duplicate_of: 'd1', reason: 'hash' });
  assert.ok(problem instanceof Problem);
  assert.deepEqual([problem.code, problem.status, problem.body.duplicate_of, problem.body.reason], ['duplicate', 409, 'd1', 'hash']);
});

test('a problem without a body has the code of its status', () => {
  assert.equal(problemFrom(502, null).code, 'http_502');
});

test('an RPC error begins with its stable code', () => {
  const problem = problemFromRpc({ code: 414, message: 'quota_exceeded: The quota is spent.', temporary: true });
  assert.deepEqual([problem.code, problem.detail], ['quota_exceeded', 'The quota is spent.']);
  assert.equal(problemFromRpc({ code: 104, message: 'method not found' }).code, 'rpc_104');
});

test('seconds to wait are told of what passes in seconds', () => {
  const wait = (code) => explain(new Problem({ status: 429, code, retryAfter: 86400 }));
  assert.match(wait('rate_limited'), /86400/);
  assert.doesNotMatch(wait('quota_exceeded'), /86400/);
});
