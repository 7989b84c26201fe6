// Asks for the browser's permission where it begins to matter: by the reminders, and under the first one made.
import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { askPermission, permission } from './notifications.js';

let first = null;

/** Under the first that asks for it, and no other: who has seen it once need not see it under each. */
function isFirst(id) {
  first ??= id;
  return first === id;
}

/** `under`: the action that made a reminder; none where reminders are listed. */
export function NotificationHint({ under = null }) {
  const state = useStore(permission);
  if (state !== 'default' || (under && !isFirst(under))) return null;
  return html`<div class="hint">
    <p>${t('notify.why')}</p>
    <button type="button" class="button small" data-testid="notify-allow" onClick=${askPermission}>${t('notify.allow')}</button>
  </div>`;
}
