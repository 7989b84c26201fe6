import { html } from '../lib.js';
import { useStore } from '../store.js';
import { dismissNotice, notices } from '../notices.js';
import { t } from '../i18n/index.js';
import { Icon, IconButton } from './icon.js';

const ICONS = { info: 'bell', success: 'check', error: 'alert' };

export function Notices() {
  const list = useStore(notices);
  return html`<div class="notices">
    ${list.map(
      ({ id, text, kind }) => html`<div key=${id} class="notice" data-kind=${kind} data-testid="notice" role=${kind === 'error' ? 'alert' : 'status'}>
        <${Icon} name=${ICONS[kind]} />
        <p>${text}</p>
        <${IconButton} icon="close" label=${t('common.dismiss')} onClick=${() => dismissNotice(id)} />
      </div>`,
    )}
  </div>`;
}
