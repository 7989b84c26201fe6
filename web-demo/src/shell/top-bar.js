import { html, useEffect } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { conversation } from '../chat/conversation.js';
import { conversations } from '../chat/conversations.js';
import { actions, isOpen } from '../activity/actions.js';
import { ringing } from '../activity/reminders.js';
import { isGuest } from '../desk/frame.js';
import { me } from '../me.js';
import { route } from '../router.js';
import { Icon, IconButton } from './icon.js';
import { panel, togglePanel } from './panel.js';

function useTitle() {
  const { page, conversationId } = useStore(route);
  const { list } = useStore(conversations);
  useStore(conversation);
  if (page !== 'chat') return t(`${page}.title`);
  const open = list.find(({ id }) => id === conversationId);
  return open?.title || t('chat.new');
}

function ActivityButton() {
  const open = useStore(panel)?.kind === 'activity';
  const waiting = useStore(actions).filter(isOpen).length + useStore(ringing).length;
  const label = waiting > 0 ? `${t('panel.activity')}: ${t('panel.waiting', { count: waiting })}` : t('panel.activity');
  // Reminders and actions are no guest's.
  if (isGuest(useStore(me))) return null;
  return html`<button type="button" class="button small activity-button" data-testid="activity-toggle" aria-label=${label} aria-expanded=${open}
    onClick=${() => togglePanel({ kind: 'activity' })}>
    <${Icon} name="bell" /><span class="wide-only">${t('panel.activity')}</span>
    ${waiting > 0 && html`<span class="badge" aria-hidden="true">${waiting}</span>`}
  </button>`;
}

export function TopBar({ onMenu, drawerOpen }) {
  const title = useTitle();
  const { page } = useStore(route);
  useEffect(() => {
    document.title = `${title} · Mordomo`;
  }, [title]);
  return html`<header class="top-bar" inert=${drawerOpen}>
    <${IconButton} icon="menu" label=${t('shell.menu')} class="icon-button menu-button" data-testid="menu" aria-expanded=${drawerOpen} aria-controls="sidebar" onClick=${onMenu} />
    ${page === 'chat' ? html`<h1 class="top-title" data-testid="conversation-title">${title}</h1>` : html`<span class="top-title"></span>`}
    <${ActivityButton} />
  </header>`;
}
