// The period in which a quota runs.
const DAY = 86_400_000;
const WITHOUT_END = 30 * DAY;

/** The same day of the month before, or its last one. */
function monthBefore(end) {
  const before = new Date(end);
  before.setUTCDate(1);
  before.setUTCMonth(before.getUTCMonth() - 1);
  const days = new Date(Date.UTC(before.getUTCFullYear(), before.getUTCMonth() + 1, 0)).getUTCDate();
  before.setUTCDate(Math.min(end.getUTCDate(), days));
  return before;
}

/** From when to when; `rolling` where the quota has no periods: the last 30 days. */
export function periodOf(resetsAt, now = new Date()) {
  if (!resetsAt) return { from: new Date(now - WITHOUT_END), to: now, rolling: true };
  const from = monthBefore(new Date(resetsAt));
  return from < now ? { from, to: now, rolling: false } : { from: new Date(now - WITHOUT_END), to: now, rolling: true };
}

/** Every day (of UTC) of a period, `2026-01-31`, so that days without use are not left out. */
export function daysOf({ from, to }) {
  const days = [];
  for (let day = Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate()); day <= to.getTime(); day += DAY) {
    days.push(new Date(day).toISOString().slice(0, 10));
  }
  return days;
}
