// One's own account: how one gets in, keys, what one used, and one's data.
import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { route } from '../router.js';
import { Frame, isGuest } from '../desk/frame.js';
import { ApiKeys } from './api-keys.js';
import { OwnPrivacy } from './own-privacy.js';
import { SignInPart } from './sign-in-part.js';
import { UsagePart } from './usage-part.js';

const may = (user) => !isGuest(user);

export function AccountView() {
  const { part } = useStore(route);
  const parts = [
    { name: 'sign-in', text: t('account.sign_in'), view: SignInPart, may },
    { name: 'keys', text: t('keys.title'), view: ApiKeys, may },
    { name: 'usage', text: t('usage.title'), view: UsagePart, may },
    { name: 'privacy', text: t('privacy.title'), view: OwnPrivacy, may },
  ];
  return html`<${Frame} page="account" title=${t('account.title')} lead=${t('account.lead')} parts=${parts} part=${part} />`;
}
