import { html, useEffect } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { conversation } from '../chat/conversation.js';
import { conversations } from '../chat/conversations.js';
import { actions, isOpen } from '../activity/actions.js';
import { ringing } from '../activity/reminders.js';
import { route } from '../router.js';
import { Icon, IconButton } from './icon.js';
import { panel, togglePanel } from './panel.js';

function useTitle() {
  const { page, conversationId } = useStore(route);
  const { list } = useStore(conversations);
  useStore(conversation);
  if (page === 'documents') return t('documents.title');
  if (page === 'settings') return t('settings.title');
  const open = list.find(({ id }) => id === conversationId);
  return open?.title || t('chat.new');
}

function ActivityButton() {
  const open = useStore(panel)?.kind === 'activity';
  const waiting = useStore(actions).filter(isOpen).length + useStore(ringing).length;
  return html`<button type="button" class="button small activity-button" data-testid="activity-toggle" aria-expanded=${open}
    onClick=${() => togglePanel({ kind: 'activity' })}>
    <${Icon} name="bell" /><span class="wide-only">${t('panel.activity')}</span>
    ${waiting > 0 && html`<span class="badge" aria-label=${t('panel.waiting', { count: waiting })}>${waiting}</span>`}
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
