import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionName, actionSubject } from '../src/activity/action-words.js';
import { repeatWords } from '../src/activity/repeat.js';
import { timeZone } from '../src/dates.js';
import { setLanguage } from '../src/i18n/index.js';

const inLanguages = (rrule) =>
  ['pt', 'es', 'en'].map((language) => {
    setLanguage(language);
    return repeatWords(rrule);
  });

test('a rule of repetition is said in words', () => {
  assert.deepEqual(inLanguages('FREQ=DAILY'), ['Todo dia', 'Cada día', 'Every day']);
  assert.deepEqual(inLanguages('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'), ['Dias úteis', 'Días laborables', 'Weekdays']);
  assert.deepEqual(inLanguages('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE'), [
    'A cada 2 semanas, segunda-feira e quarta-feira',
    'Cada 2 semanas, lunes y miércoles',
    'Every 2 weeks, Monday and Wednesday',
  ]);
  assert.deepEqual(inLanguages('FREQ=MONTHLY;BYMONTHDAY=5;COUNT=3'), ['Todo mês, no dia 5, 3 vezes', 'Cada mes, el día 5, 3 veces', 'Every month, on day 5, 3 times']);
  assert.equal(inLanguages('FREQ=DAILY;UNTIL=20260305T120000Z')[2], 'Every day, until Mar 5, 2026');
});

test('a rule without words here says only that it repeats', () => {
  assert.deepEqual(inLanguages('FREQ=MONTHLY;BYDAY=-1FR'), ['Repete-se', 'Se repite', 'Repeats']);
  assert.deepEqual(inLanguages('FREQ=MONTHLY;BYSETPOS=1'), ['Repete-se', 'Se repite', 'Repeats']);
});

test('days are named only where the rule means those days', () => {
  setLanguage('en');
  assert.equal(repeatWords('FREQ=DAILY;BYDAY=FR'), repeatWords('FREQ=WEEKLY;BYDAY=FR'));
  assert.equal(repeatWords('FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR'), 'Weekdays');
  assert.match(repeatWords('FREQ=WEEKLY;BYDAY=FR'), /week.*Friday$/);
  for (const rule of [
    'FREQ=MONTHLY;BYDAY=FR',
    'FREQ=YEARLY;BYDAY=FR',
    'FREQ=HOURLY;BYDAY=FR',
    'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR',
    'FREQ=DAILY;INTERVAL=2;BYDAY=FR',
    'FREQ=DAILY;BYMONTHDAY=5',
    'FREQ=WEEKLY;BYMONTHDAY=5',
    'FREQ=YEARLY;BYMONTHDAY=5',
    'FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13',
  ]) {
    assert.equal(repeatWords(rule), 'Repeats', rule);
  }
});

test('an action is shown in its user\'s words and time, without the names of parameters', () => {
  setLanguage('pt');
  timeZone.set('America/Sao_Paulo');
  const light = { type: 'iot_control', name: 'turn_off', parameters: { device: 'light', location: 'sala', target: 'luz da sala' } };
  assert.equal(`${actionName(light)}: ${actionSubject(light)}`, 'Desligar: luz da sala');
  const cold = { type: 'iot_control', name: 'set', parameters: { device: 'air', location: 'quarto', value: 22.5, unit: '°C' } };
  assert.equal(actionSubject(cold), 'quarto · 22,5 °C');
  const cake = {
    type: 'reminder',
    name: 'create_reminder',
    parameters: { title: 'bolo', scheduled_at: '2026-03-01T09:00:00', time_zone: 'America/Sao_Paulo' },
    result: { id: 'r', title: 'bolo', scheduled_at: '2026-03-01T12:00:00Z', rrule: 'FREQ=DAILY', metadata: {} },
  };
  const shown = actionSubject(cake);
  assert.match(shown, /^bolo · .*2026.* 09:00 · Todo dia$/);
  assert.equal(actionSubject({ type: 'reminder', name: 'list_reminders', parameters: {}, result: [cake.result] }), '');
});
