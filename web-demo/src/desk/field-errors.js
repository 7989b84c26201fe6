// What the server says of a form's fields; what people often get wrong, in their own language.
import { t } from '../i18n/index.js';
import { Problem } from '../net/problem.js';

const OURS = { current_password: 'password.wrong', password: 'password.weak' };

/** By the fields' names. */
export function fieldErrors(error, has) {
  if (!(error instanceof Problem)) return {};
  // Of what people type into a form, only an e-mail can be somebody else's already.
  if (error.code === 'conflict' && has('email')) return { email: t('users.email_taken') };
  return Object.fromEntries(error.errors.map(({ field, detail }) => [field, OURS[field] ? t(OURS[field]) : detail]));
}
