// A rule of repetition (RFC 5545) in words of the reader's language.
import { formatDate } from '../dates.js';
import { language, t } from '../i18n/index.js';

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const WORKDAYS = 'FR,MO,TH,TU,WE';
const UNITS = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'HOURLY'];
const KNOWN = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'UNTIL', 'WKST']);

const partsOf = (rrule) => Object.fromEntries(rrule.replace(/^RRULE:/i, '').toUpperCase().split(';').map((part) => part.split('=')));

/** The first Monday of 2024 was the first day of the year. */
const weekday = (day) =>
  new Intl.DateTimeFormat(language.get(), { weekday: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(day))));

const listed = (words) => new Intl.ListFormat(language.get(), { type: 'conjunction' }).format(words);

function days(byDay) {
  if (!byDay) return null;
  const list = byDay.split(',');
  return list.every((day) => WEEKDAYS.includes(day)) ? list : undefined;
}

function until(text) {
  const [, year, month, day] = text.match(/^(\d{4})(\d\d)(\d\d)/) ?? [];
  return year && t('reminder.repeat.until', { date: formatDate(`${year}-${month}-${day}T12:00:00Z`) });
}

/** What is said of the days: every day that is a Friday is every week on Friday. Undefined: it has no words here. */
function unitOf(freq, interval, byDay, byMonthDay) {
  if (byMonthDay !== undefined && freq !== 'MONTHLY') return undefined;
  if (byDay === undefined || freq === 'WEEKLY') return freq;
  return freq === 'DAILY' && interval === '1' ? 'WEEKLY' : undefined;
}

/** "every 2 weeks on Monday and Friday"; what has no words here says only that it repeats. */
export function repeatWords(rrule) {
  const { FREQ, INTERVAL = '1', BYDAY, BYMONTHDAY, COUNT, UNTIL, ...rest } = partsOf(rrule);
  const on = days(BYDAY);
  const unit = unitOf(FREQ, INTERVAL, BYDAY, BYMONTHDAY);
  const day = BYMONTHDAY === undefined || /^\d{1,2}$/.test(BYMONTHDAY) ? BYMONTHDAY : undefined;
  const plain = UNITS.includes(unit) && on !== undefined && (BYMONTHDAY === undefined) === (day === undefined) && Object.keys(rest).every((name) => KNOWN.has(name));
  if (!plain) return t('reminder.repeat.some');
  const workdays = INTERVAL === '1' && on && [...on].sort().join() === WORKDAYS;
  const every = workdays ? t('reminder.repeat.weekdays') : t(`reminder.repeat.every.${unit.toLowerCase()}`, { count: Number(INTERVAL) });
  return [
    every,
    on && !workdays && t('reminder.repeat.on', { days: listed(on.map(weekday)) }),
    day && t('reminder.repeat.day', { day }),
    COUNT && t('reminder.repeat.times', { count: Number(COUNT) }),
    UNTIL && until(UNTIL),
  ]
    .filter(Boolean)
    .join(', ');
}
