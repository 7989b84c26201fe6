import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceOf } from '../src/account/device.js';
import { daysOf, periodOf } from '../src/account/period.js';
import { withQuery } from '../src/desk/query.js';
import { madePassword } from '../src/desk/secret.js';
import { parseRoute } from '../src/router.js';

test('a browser is known by its name and system', () => {
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const edge = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0';
  const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1';
  assert.equal(deviceOf(firefox), 'Firefox · Linux');
  assert.equal(deviceOf(edge), 'Edge · Windows');
  assert.equal(deviceOf(phone), 'Safari · iOS');
  assert.equal(deviceOf('curl/8.5.0'), 'curl/8.5.0');
  assert.equal(deviceOf(''), '');
});

test('a period is the month before its end', () => {
  const now = new Date('2026-03-10T00:00:00Z');
  const { from, to, rolling } = periodOf('2026-03-31T00:00:00Z', now);
  assert.equal(from.toISOString(), '2026-02-28T00:00:00.000Z');
  assert.equal(to, now);
  assert.equal(rolling, false);
});

test('without periods, or before one has begun, the last 30 days are shown', () => {
  const now = new Date('2026-03-31T12:00:00Z');
  assert.equal(periodOf(null, now).from.toISOString(), '2026-03-01T12:00:00.000Z');
  assert.equal(periodOf('2099-01-01T00:00:00Z', now).rolling, true);
});

test('every day of a period is there, its first and its last included', () => {
  const days = daysOf({ from: new Date('2026-02-27T23:00:00Z'), to: new Date('2026-03-01T00:30:00Z') });
  assert.deepEqual(days, ['2026-02-27', '2026-02-28', '2026-03-01']);
});

test('what is not said is not asked', () => {
  assert.equal(withQuery('/users', { q: '', cursor: null, limit: 25 }), '/users?limit=25');
  assert.equal(withQuery('/users', {}), '/users');
  assert.equal(withQuery('/users', { q: 'a b&c' }), '/users?q=a+b%26c');
});

test('a made password is long, unambiguous and another one each time', () => {
  const made = new Set(Array.from({ length: 50 }, madePassword));
  assert.equal(made.size, 50);
  for (const password of made) assert.match(password, /^[a-km-zA-HJ-NP-Z2-9]{20}$/);
});

test('pages with parts have addresses of their own', () => {
  assert.deepEqual(parseRoute('#/account'), { page: 'account', part: '' });
  assert.deepEqual(parseRoute('#/admin/audit'), { page: 'admin', part: 'audit' });
});
