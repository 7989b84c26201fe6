import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageGroup, fromLocalInput, toLocalInput, timeZone } from '../src/dates.js';

test('the clock of a zone, there and back', () => {
  const instant = new Date('2026-07-01T12:30:00Z');
  for (const [zone, local] of [['America/Sao_Paulo', '2026-07-01T09:30'], ['Europe/Madrid', '2026-07-01T14:30'], ['Asia/Kolkata', '2026-07-01T18:00'], ['UTC', '2026-07-01T12:30']]) {
    assert.equal(toLocalInput(instant, zone), local);
    assert.equal(fromLocalInput(local, zone).toISOString(), instant.toISOString());
  }
});

test('an hour that daylight saving skips moves forward', () => {
  assert.equal(fromLocalInput('2026-03-29T02:30', 'Europe/Madrid').toISOString(), '2026-03-29T01:30:00.000Z');
});

test('of an hour that comes twice, the first is meant', () => {
  assert.equal(fromLocalInput('2026-10-25T02:30', 'Europe/Madrid').toISOString(), '2026-10-25T00:30:00.000Z');
});

test('days are those of the user, not of UTC', () => {
  timeZone.set('America/Sao_Paulo');
  const now = new Date('2026-07-02T01:00:00Z'); // still the evening of the first in São Paulo
  assert.equal(ageGroup('2026-07-01T04:00:00Z', now), 'today');
  assert.equal(ageGroup('2026-07-01T02:00:00Z', now), 'yesterday');
  assert.equal(ageGroup('2026-06-25T12:00:00Z', now), 'week');
  assert.equal(ageGroup('2026-05-01T12:00:00Z', now), 'earlier');
});
