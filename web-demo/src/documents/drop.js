// Files dropped anywhere on the page. A browser opens a dropped file in the page's place unless the page takes it.
import { html, useEffect } from '../lib.js';
import { createStore, useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { isGuest } from '../desk/frame.js';
import { me } from '../me.js';
import { notify, report } from '../notices.js';
import { route } from '../router.js';
import { Icon } from '../shell/icon.js';
import { collections, loadCollections, mayWrite, ownCollection, ownOf } from './collections.js';
import { addFiles } from './uploads.js';

/** Whether files are held over the page just now. */
export const dragging = createStore(false);

const onDocuments = () => route.get().page === 'documents';

function chosenCollection() {
  const { list, current } = collections.get();
  return list.find(({ id }) => id === current);
}

/** Why nothing can be dropped here, if so. */
function refusal() {
  const user = me.get();
  if (!user || isGuest(user)) return t('drop.guest');
  return onDocuments() && !mayWrite(chosenCollection(), user.role) ? t('documents.read_only') : null;
}

/** Into one's own collection, so that the next question can be answered from them. */
export async function addToOwn(files) {
  try {
    await addFiles(files, await ownCollection(t('collection.mine')));
  } catch (error) {
    report(error);
  }
}

function take(files) {
  const refused = refusal();
  if (refused) notify(refused, 'error');
  else if (onDocuments()) addFiles(files, chosenCollection().id).catch(report);
  else addToOwn(files);
}

const hasFiles = (event) => event.dataTransfer?.types.includes('Files');

const HANDLERS = {
  dragover(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    dragging.set(true);
  },
  dragleave(event) {
    if (event.relatedTarget === null) dragging.set(false);
  },
  drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    dragging.set(false);
    take([...event.dataTransfer.files]);
  },
};

/** Where it would go, by name; nothing until that is known. */
function target({ list, loaded }) {
  const mine = t('collection.mine');
  return loaded && t('drop.own', { name: ownOf(list, mine).name || mine });
}

/** Takes what is dropped while the page is shown, and says meanwhile where it would go. */
export function DropTarget() {
  const over = useStore(dragging);
  const known = useStore(collections);
  useEffect(() => {
    for (const [name, handler] of Object.entries(HANDLERS)) addEventListener(name, handler);
    return () => {
      for (const [name, handler] of Object.entries(HANDLERS)) removeEventListener(name, handler);
      dragging.set(false);
    };
  }, []);
  const shown = over && !onDocuments();
  useEffect(() => {
    if (shown && !known.loaded && refusal() === null) loadCollections().catch(report);
  }, [shown, known.loaded]);
  if (!shown) return null;
  return html`<div class="drop-veil" data-testid="drop-veil" aria-hidden="true"><p><${Icon} name="upload" />${refusal() ?? target(known)}</p></div>`;
}
