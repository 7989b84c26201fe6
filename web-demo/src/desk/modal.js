// A dialog with a form or a report in it. The browser keeps the focus inside; it goes back to what
// opened it.
import { html, useEffect, useRef } from '../lib.js';
import { t } from '../i18n/index.js';
import { IconButton } from '../shell/icon.js';

export function Modal({ title, onClose, testid, children }) {
  const element = useRef(null);
  useEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    // Closing gives the focus back; taking an open one away would not.
    return () => dialog.close();
  }, []);
  const onCancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog ref=${element} class="dialog modal" aria-labelledby="modal-title" data-testid=${testid} onCancel=${onCancel}>
    <header class="modal-head"><h2 id="modal-title">${title}</h2>
      <${IconButton} icon="close" label=${t('desk.close')} data-testid="modal-close" onClick=${onClose} /></header>
    <div class="modal-body">${children}</div>
  </dialog>`;
}
