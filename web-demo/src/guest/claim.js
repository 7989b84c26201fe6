// After signing in: what was said as a guest may be taken along.
import { t } from '../i18n/index.js';
import { loadConversations } from '../chat/conversations.js';
import { claim, giveUp, wasGuest } from '../net/guest.js';
import { Problem } from '../net/problem.js';
import { notify } from '../notices.js';
import { ask } from '../shell/dialog.js';

/** A guest of another tenant, or one whose session has ended, has nothing that could be claimed. */
const isGone = (error) => error instanceof Problem && error.code === 'unauthenticated';

export async function claimAsGuest() {
  if (!wasGuest()) return;
  const wanted = await ask({ title: t('guest.claim'), text: t('guest.claim_text'), confirm: t('guest.claim_do'), refuse: t('guest.claim_not') });
  // Closed without a word, or another question came: it is asked again at the next start.
  if (wanted === null) return;
  if (!wanted) {
    await giveUp();
    return;
  }
  try {
    notify(t('guest.claimed', { count: await claim() }), 'success');
    await loadConversations();
  } catch (error) {
    if (!isGone(error)) throw error;
    await giveUp();
    notify(t('guest.gone'), 'info');
  }
}
