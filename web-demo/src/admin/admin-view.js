// What administrators keep: users, the organisation's rules, and what was done; tenants, and the logs, for the
// superuser.
import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { route } from '../router.js';
import { Frame, isAdmin, isSuperuser } from '../desk/frame.js';
import { Audit } from './audit.js';
import { LiveSettings } from './live-settings.js';
import { Logs } from './logs.js';
import { PrivacyRules } from './privacy-rules.js';
import { Tenants } from './tenants.js';
import { Users } from './users.js';

export function AdminView() {
  const { part } = useStore(route);
  const parts = [
    { name: 'users', text: t('users.title'), view: Users, may: isAdmin },
    { name: 'tenants', text: t('tenants.title'), view: Tenants, may: isSuperuser },
    { name: 'privacy', text: t('privacy.title'), view: PrivacyRules, may: isAdmin },
    { name: 'audit', text: t('audit.title'), view: Audit, may: isAdmin },
    { name: 'settings', text: t('config.title'), view: LiveSettings, may: isAdmin },
    { name: 'logs', text: t('logs.title'), view: Logs, may: isSuperuser },
  ];
  return html`<${Frame} page="admin" title=${t('admin.title')} lead=${t('admin.lead')} parts=${parts} part=${part} />`;
}
