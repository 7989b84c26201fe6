// Times as people write them. The server speaks UTC; people live in a time zone.
import { createStore } from './store.js';
import { language } from './i18n/index.js';

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
/** The signed-in user's own zone, once known. */
export const timeZone = createStore(browserZone);

const format = (options) => new Intl.DateTimeFormat(language.get(), { timeZone: timeZone.get(), ...options });

export const formatDateTime = (iso) => format({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
export const formatTime = (iso) => format({ timeStyle: 'short' }).format(new Date(iso));
/** A day of the calendar, `2027-02-28`: the same in every zone. */
export const formatDay = (day) => format({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day));
export const formatDate = (iso) => format({ dateStyle: 'medium' }).format(new Date(iso));

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** "in 5 minutes", "yesterday"; seconds are not worth their flicker. */
export function formatRelative(iso, now = Date.now()) {
  const distance = new Date(iso) - now;
  const relative = new Intl.RelativeTimeFormat(language.get(), { numeric: 'auto' });
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length) return relative.format(Math.round(distance / length), unit);
  }
  return relative.format(Math.round(distance / 60_000), 'minute');
}

/** The wall clock of a zone at an instant, as `datetime-local` inputs write it. */
export function toLocalInput(date, zone = timeZone.get()) {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(date);
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/**
 * The instant at which the zone's clock shows this. An hour that daylight saving skips is moved
 * forward; of one that comes twice, the first is meant.
 */
export function fromLocalInput(local, zone = timeZone.get()) {
  const asUtc = new Date(`${local}:00Z`).getTime();
  const offsetAt = (instant) => new Date(`${toLocalInput(new Date(instant), zone)}:00Z`).getTime() - instant;
  const [before, after] = [asUtc - 86_400_000, asUtc + 86_400_000].map(offsetAt);
  const guesses = [asUtc - before, asUtc - after];
  const exact = guesses.filter((guess) => guess + offsetAt(guess) === asUtc);
  return new Date(exact.length ? Math.min(...exact) : asUtc - before);
}

/** Which heading of a list a day stands under: today, yesterday, week or earlier. */
export function ageGroup(iso, now = new Date()) {
  const dayOf = (date) => toLocalInput(date).slice(0, 10);
  const days = Math.round((new Date(dayOf(now)) - new Date(dayOf(new Date(iso)))) / 86_400_000);
  if (days <= 0) return 'today';
  if (days === 1) return 'yesterday';
  return days <= 7 ? 'week' : 'earlier';
}
