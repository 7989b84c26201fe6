// What is shown once: a key, or a password that was made.
import { html, useRef } from '../lib.js';
import { t } from '../i18n/index.js';
import { notify } from '../notices.js';
import { Icon } from '../shell/icon.js';

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // No clipboard without https, or none allowed: the older way needs the selection.
    field.select();
    document.execCommand('copy');
  }
  notify(t('desk.copied'), 'success');
}

/** An unambiguous alphabet: whoever reads it out or types it off makes no mistake. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 20;

export function madePassword() {
  // Bytes above the last whole multiple would make some letters more likely.
  const fair = 256 - (256 % LETTERS.length);
  let made = '';
  while (made.length < LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      if (byte < fair && made.length < LENGTH) made += LETTERS[byte % LETTERS.length];
    }
  }
  return made;
}

export function Secret({ label, text, value, testid, onClose }) {
  const field = useRef(null);
  return html`<div class="fresh-key" role="status" data-testid=${`${testid}-once`}>
    <p>${text}</p>
    <div class="row"><input ref=${field} class="field mono" readonly value=${value} aria-label=${label} data-testid=${testid} onFocus=${(event) => event.target.select()} />
      <button type="button" class="button" data-testid=${`${testid}-copy`} onClick=${() => copy(field.current)}><${Icon} name="copy" />${t('desk.copy')}</button>
      <button type="button" class="button primary" data-testid=${`${testid}-kept`} onClick=${onClose}>${t('keys.kept')}</button></div>
  </div>`;
}
