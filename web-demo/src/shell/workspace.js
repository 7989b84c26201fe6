// The page of somebody who is signed in: what is listed on the left, the view, the side panel.
import { html, useEffect, useRef, useState } from '../lib.js';
import { useStore } from '../store.js';
import { language, t } from '../i18n/index.js';
import { route } from '../router.js';
import { startSocket, stopSocket } from '../net/socket.js';
import { me, loadMe } from '../me.js';
import { loadModels } from '../models.js';
import { notices, report } from '../notices.js';
import { claimTab } from '../storage.js';
import { conversations, loadConversations, NO_CONVERSATIONS } from '../chat/conversations.js';
import { drain, stopDraining } from '../chat/outbox.js';
import { closeConversation } from '../chat/conversation.js';
import { ChatView } from '../chat/chat-view.js';
import { actions, loadActions } from '../activity/actions.js';
import { loadReminders, reminders, ringing } from '../activity/reminders.js';
import { ReminderToasts } from '../activity/reminder-toasts.js';
import { unlockSoundOnGesture } from '../activity/chime.js';
import { collections, NO_COLLECTIONS } from '../documents/collections.js';
import { documents, NO_DOCUMENTS } from '../documents/documents.js';
import { DocumentsView } from '../documents/documents-view.js';
import { DropTarget } from '../documents/drop.js';
import { uploads } from '../documents/uploads.js';
import { AccountView } from '../account/account-view.js';
import { AdminView } from '../admin/admin-view.js';
import { Denied, isGuest } from '../desk/frame.js';
import { SettingsView } from '../settings/settings-view.js';
import { claimAsGuest } from '../guest/claim.js';
import { Announcer } from './announcer.js';
import { DialogHost } from './dialog.js';
import { Notices } from './notices-view.js';
import { closePanel, panel } from './panel.js';
import { SidePanel } from './side-panel.js';
import { Sidebar } from './sidebar.js';
import { TopBar } from './top-bar.js';

const VIEWS = { chat: ChatView, documents: DocumentsView, account: AccountView, admin: AdminView, settings: SettingsView };

function start() {
  unlockSoundOnGesture();
  startSocket();
  drain();
  for (const load of [loadModels, loadConversations]) load().catch(report);
  loadMe().then(startAs).catch(report);
  return stop;
}

/** What guests have not got is not asked for. */
function startAs(user) {
  if (isGuest(user)) return;
  for (const load of [loadActions, loadReminders, claimAsGuest]) load().catch(report);
}

/** Nothing of this user is left for the next one. */
function stop() {
  stopSocket();
  closeConversation();
  stopDraining();
  panel.set(null);
  me.set(null);
  conversations.set(NO_CONVERSATIONS);
  collections.set(NO_COLLECTIONS);
  documents.set(NO_DOCUMENTS);
  for (const store of [actions, reminders, ringing, uploads, notices]) store.set([]);
}

/** Escape closes what lies on top, the drawer before the panel. */
function useEscape(drawerOpen, setDrawerOpen) {
  useEffect(() => {
    const close = (event) => {
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog[open]')) return;
      if (drawerOpen) setDrawerOpen(false);
      else closePanel();
    };
    addEventListener('keydown', close);
    return () => removeEventListener('keydown', close);
  }, [drawerOpen]);
}

function useDrawer(main) {
  const [open, setOpen] = useState(false);
  const here = useStore(route);
  const opener = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    setOpen(false);
    // A new view begins at its top for the keyboard too; not on the first load, nor in a chat,
    // where the composer takes the focus.
    if (!first.current && here.page !== 'chat') main.current?.focus();
    first.current = false;
  }, [here]);
  useEscape(open, (next) => {
    setOpen(next);
    opener.current?.focus();
  });
  const show = () => {
    opener.current = document.activeElement;
    setOpen(true);
  };
  return { open, show, hide: () => setOpen(false) };
}

export function Workspace() {
  useStore(language);
  useState(claimTab); // once, before anything of the tab is shown or sent
  const main = useRef(null);
  const here = useStore(route);
  const side = useStore(panel);
  const drawer = useDrawer(main);
  useEffect(start, []);
  const guest = isGuest(useStore(me));
  const View = VIEWS[here.page];
  const skip = (event) => {
    // A plain link to #main would be a route.
    event.preventDefault();
    main.current.focus();
  };
  return html`<div class="app" data-drawer=${drawer.open ? 'open' : 'closed'} data-panel=${side ? 'open' : 'closed'}>
    <a class="skip-link" href="#main" onClick=${skip}>${t('shell.skip')}</a>
    <${Sidebar} open=${drawer.open} onClose=${drawer.hide} />
    ${drawer.open && html`<div class="scrim" onClick=${drawer.hide}></div>`}
    <div class="stage">
      <${TopBar} onMenu=${drawer.show} drawerOpen=${drawer.open} />
      <main ref=${main} class="main" id="main" tabindex="-1" data-page=${here.page}>${guest && here.page !== 'chat' ? html`<${Denied} title=${t(`${here.page}.title`)} role="guest" />` : html`<${View} />`}</main>
    </div>
    <${SidePanel} />
    <${ReminderToasts} />
    <${DropTarget} />
    <${Notices} />
    <${DialogHost} />
    <${Announcer} />
  </div>`;
}
