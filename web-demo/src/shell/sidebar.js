// The left side: conversations, the other pages, and the state of things. A drawer on a phone.
import { html, useEffect, useRef, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { ageGroup } from '../dates.js';
import { me } from '../me.js';
import { report } from '../notices.js';
import { conversationHref, go, route } from '../router.js';
import { conversations, deleteConversation, loadMoreConversations, renameConversation } from '../chat/conversations.js';
import { isAdmin, isGuest } from '../desk/frame.js';
import { GuestCard } from '../guest/guest-card.js';
import { connection } from '../net/socket.js';
import { ask } from './dialog.js';
import { Icon, IconButton, Mark } from './icon.js';
import { LanguageSwitch, ThemeSwitch } from './switches.js';

const GROUPS = ['today', 'yesterday', 'week', 'earlier'];

async function rename({ id, title }) {
  const next = await ask({ title: t('chat.rename'), confirm: t('common.save'), input: title ?? '' });
  if (next) await renameConversation(id, next).catch(report);
}

async function remove({ id, title }) {
  const sure = await ask({ title: t('chat.delete'), text: t('chat.delete_sure', { title: title ?? t('chat.untitled') }), confirm: t('common.delete'), danger: true });
  if (!sure) return;
  try {
    await deleteConversation(id);
    if (route.get().conversationId === id) go('#/');
  } catch (error) {
    report(error);
  }
}

function Item({ conversation, current }) {
  const title = conversation.title || t('chat.untitled');
  return html`<li class="conversation-item" data-testid="conversation-item" data-conversation-id=${conversation.id} data-current=${current}>
    <a href=${conversationHref(conversation.id)} aria-current=${current ? 'page' : undefined} title=${title}>
      ${conversation.running_turn && html`<span class="talking" role="img" aria-label=${t('chat.answering')}></span>`}${title}
    </a>
    <span class="item-tools">
      <${IconButton} icon="edit" label=${`${t('chat.rename')}: ${title}`} data-testid="conversation-rename" onClick=${() => rename(conversation)} />
      <${IconButton} icon="trash" label=${`${t('chat.delete')}: ${title}`} data-testid="conversation-delete" onClick=${() => remove(conversation)} />
    </span>
  </li>`;
}

const newestFirst = (a, b) => touched(b).localeCompare(touched(a));
const touched = (conversation) => conversation.last_message_at ?? conversation.updated_at ?? conversation.started_at ?? '';

function List() {
  const { list, nextCursor, loaded } = useStore(conversations);
  const { conversationId } = useStore(route);
  const [busy, setBusy] = useState(false);
  const more = () => {
    setBusy(true);
    loadMoreConversations().catch(report).finally(() => setBusy(false));
  };
  if (loaded && list.length === 0) return html`<p class="empty">${t('chat.none')}</p>`;
  const groups = GROUPS.map((name) => [name, list.filter((one) => ageGroup(touched(one) || Date.now()) === name).sort(newestFirst)]);
  return html`${groups
    .filter(([, members]) => members.length > 0)
    .map(
      ([name, members]) => html`<section key=${name}>
        <h3 class="group-title">${t(`age.${name}`)}</h3>
        <ul>${members.map((one) => html`<${Item} key=${one.id} conversation=${one} current=${one.id === conversationId} />`)}</ul>
      </section>`,
    )}
  ${nextCursor && html`<button type="button" class="button small wide" disabled=${busy} onClick=${more}>${t('common.more')}</button>`}`;
}

function ConnectionState() {
  const { state } = useStore(connection);
  return html`<p class="connection" role="status" data-testid="connection-state" data-state=${state}>
    <i aria-hidden="true"></i>${t(`connection.${state}`)}
  </p>`;
}

function NavLink({ page, icon, current }) {
  return html`<a class="nav-link" href=${`#/${page}`} data-testid=${`nav-${page}`} aria-current=${current === page ? 'page' : undefined}>
    <${Icon} name=${icon} />${t(`${page}.title`)}
  </a>`;
}

/** Out of sight means out of reach: a closed drawer takes no focus. */
function useInertWhenHidden(element, open) {
  useEffect(() => {
    const narrow = matchMedia('(max-width: 900px)');
    const apply = () => {
      element.current.inert = narrow.matches && !open;
    };
    apply();
    if (open) element.current.querySelector('.drawer-close').focus();
    narrow.addEventListener('change', apply);
    return () => narrow.removeEventListener('change', apply);
  }, [open]);
}

const nameOf = (user) => (isGuest(user) ? t('role.guest') : (user?.name ?? user?.email ?? ''));

export function Sidebar({ open, onClose }) {
  const element = useRef(null);
  const user = useStore(me);
  const { page, conversationId } = useStore(route);
  useInertWhenHidden(element, open);
  return html`<nav ref=${element} class="sidebar" id="sidebar" aria-label=${t('shell.navigation')}>
    <div class="sidebar-head">
      <a class="wordmark" href="#/"><${Mark} />Mordomo</a>
      <${IconButton} icon="close" label=${t('shell.close_menu')} class="icon-button drawer-close" onClick=${onClose} />
    </div>
    <a class="button new-conversation" href="#/" data-testid="conversation-new" aria-current=${page === 'chat' && !conversationId ? 'page' : undefined}
      onClick=${onClose}><${Icon} name="plus" />${t('chat.new')}</a>
    <section class="conversation-list" aria-label=${t('chat.list')}><${List} /></section>
    <div class="nav">
      ${isGuest(user)
        ? html`<${GuestCard} />`
        : html`<${NavLink} page="documents" icon="document" current=${page} />
          <${NavLink} page="account" icon="person" current=${page} />
          ${isAdmin(user) && html`<${NavLink} page="admin" icon="shield" current=${page} />`}
          <${NavLink} page="settings" icon="settings" current=${page} />`}
    </div>
    <footer class="sidebar-foot">
      <div class="who"><span class="avatar" aria-hidden="true">${nameOf(user).slice(0, 1) || '·'}</span>
        <div><p>${nameOf(user)}</p><${ConnectionState} /></div></div>
      <div class="row"><${LanguageSwitch} /><${ThemeSwitch} /></div>
    </footer>
  </nav>`;
}
