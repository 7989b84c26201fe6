import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

const items = new Map();
globalThis.localStorage = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => items.set(key, value),
  removeItem: (key) => items.delete(key),
};
// It would keep this process waiting for other tabs.
delete globalThis.BroadcastChannel;
const { enterAsGuest, leaveToSignIn, wasGuest } = await import('../src/net/guest.js');

const tokens = (name) => ({ access_token: `x.${btoa(JSON.stringify({ sub: name }))}.x`, refresh_token: name, expires_in: 900 });
const asked = [];
let answers;
globalThis.fetch = async (path) => {
  asked.push(path);
  const [status, body] = answers[path];
  return new Response(JSON.stringify(body), { status });
};

beforeEach(async () => {
  items.clear();
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'] });
  answers = { '/v1/auth/anonymous': [200, tokens('first')] };
  await enterAsGuest();
  leaveToSignIn();
  asked.length = 0;
  answers = { '/v1/auth/anonymous': [200, tokens('new')], '/v1/auth/refresh': [200, tokens('again')] };
});

test('who comes back goes on as the guest that they were', async () => {
  await enterAsGuest();
  assert.deepEqual(asked, ['/v1/auth/refresh']);
  assert.equal(items.get('mordomo.refresh_token'), 'again');
  assert.equal(wasGuest(), false);
});

test('a busy server makes no new guest of them, and is told', async () => {
  for (const status of [429, 503]) {
    answers['/v1/auth/refresh'] = [status, { code: 'busy' }];
    await assert.rejects(enterAsGuest(), { status });
  }
  assert.equal(wasGuest(), true);
  assert.ok(!asked.includes('/v1/auth/anonymous'));
});

test('only who has no session any more becomes a new guest', async () => {
  answers['/v1/auth/refresh'] = [401, { code: 'unauthenticated' }];
  await enterAsGuest();
  assert.equal(items.get('mordomo.refresh_token'), 'new');
});

test('after a quarter of an hour the next person has nothing of theirs', async () => {
  mock.timers.tick(15 * 60_000 - 1);
  assert.equal(wasGuest(), true);
  mock.timers.tick(1);
  assert.equal(wasGuest(), false);
  assert.equal(items.has('mordomo.guest_token'), false);
  await enterAsGuest();
  assert.deepEqual(asked, ['/v1/auth/anonymous']);
});
