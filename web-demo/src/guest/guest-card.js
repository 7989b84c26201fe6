import { html } from '../lib.js';
import { t } from '../i18n/index.js';
import { leaveToSignIn } from '../net/guest.js';

export function GuestCard() {
  return html`<div class="guest-card" data-testid="guest-card"><p>${t('guest.is')}</p>
    <button type="button" class="button primary wide" data-testid="guest-sign-in" onClick=${leaveToSignIn}>${t('guest.sign_in')}</button></div>`;
}
