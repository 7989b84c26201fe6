// What an action is, in its user's language. Pure.
import { formatDateTime } from '../dates.js';
import { has, language, t } from '../i18n/index.js';
import { repeatWords } from './repeat.js';

const TIME_WITH_ZONE = /(Z|[+-]\d\d:\d\d)$/;

export const actionName = ({ name }) => (has(`action.name.${name}`) ? t(`action.name.${name}`) : name.replaceAll('_', ' '));

const number = (value) => (typeof value === 'number' ? new Intl.NumberFormat(language.get()).format(value) : value);

/** The device as its user calls it, and what it is set to. */
function deviceSubject({ target, location, device, value, unit }) {
  return [target || location || device, [number(value), unit].filter(Boolean).join(' ')];
}

/** The reminder as it was made says more than what was asked for. */
function reminderSubject(parameters, result) {
  const { title, scheduled_at: at, rrule } = { ...parameters, ...(result?.id ? result : {}) };
  return [title, at && TIME_WITH_ZONE.test(at) && formatDateTime(at), rrule && repeatWords(rrule)];
}

const SUBJECTS = {
  iot_control: ({ parameters }) => deviceSubject(parameters),
  reminder: ({ parameters, result }) => reminderSubject(parameters, result),
  query: ({ parameters }) => [parameters.query],
};

/** What the action is about, in its user's words and time: nothing that only a program would read. */
export function actionSubject(action) {
  const parts = SUBJECTS[action.type]?.({ parameters: {}, ...action }) ?? [];
  return parts.filter(Boolean).join(' · ');
}
