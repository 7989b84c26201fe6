// What went wrong, in the reader's language: known codes have a text of ours, others the server's.
import { Problem, Unreachable } from '../net/problem.js';
import { has, t } from '../i18n/index.js';

export function explain(error) {
  if (error instanceof Unreachable) return t('error.unreachable');
  if (!(error instanceof Problem)) return t('error.unexpected', { detail: error.message });
  const key = `error.${error.code}`;
  const named = error.errors.map(({ field, name, pointer, detail, message }) => `${field ?? name ?? pointer}: ${detail ?? message}`);
  const text = has(key) ? t(key) : error.detail || t('error.unexpected', { detail: error.code });
  // A spent quota is no matter of seconds.
  const soon = error.retryAfter && error.code !== 'quota_exceeded';
  const wait = soon ? t('error.retry_after', { seconds: error.retryAfter }) : '';
  return [text, ...named, wait].filter(Boolean).join(' ');
}
