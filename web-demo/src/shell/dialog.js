// Questions that must be answered before going on, in the browser's own modal dialog: it keeps the
// focus inside, closes on Escape, and gives the focus back.
import { html, useEffect, useRef, useState } from '../lib.js';
import { createStore, useStore } from '../store.js';
import { t } from '../i18n/index.js';

const open = createStore(null);

/**
 * Resolves to the entered text (or true) when confirmed, to null when not. `expect`: what has to be typed before
 * one can confirm. `refuse`: what a no is called where it is one; it resolves to false, and only dismissal to null.
 */
export function ask({ title, text, confirm, refuse = null, danger = false, input = null, optional = false, expect = null }) {
  return new Promise((resolve) => {
    open.get()?.resolve(null);
    open.set({ title, text, confirm, refuse, danger, input: expect === null ? input : '', optional, expect, resolve });
  });
}

function answer(value) {
  open.get()?.resolve(value);
  open.set(null);
}

function Dialog({ title, text, confirm, refuse, danger, input, optional, expect }) {
  const element = useRef(null);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const dialog = element.current;
    dialog.showModal();
    dialog.querySelector('input')?.select();
    // Closing gives the focus back; taking an open one away would not.
    return () => dialog.close();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    answer(input === null ? true : new FormData(event.target).get('answer').trim());
  };
  return html`<dialog ref=${element} class="dialog" aria-labelledby="dialog-title" data-testid="dialog" onCancel=${() => answer(null)}>
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${text && html`<p>${text}</p>`}
      ${expect !== null && html`<p id="dialog-expect">${t('dialog.type')} <b class="mono">${expect}</b></p>`}
      ${input !== null && html`<input class="field" name="answer" defaultValue=${input} aria-label=${title} aria-describedby=${expect === null ? undefined : 'dialog-expect'} required=${!optional} maxlength="500" autocomplete="off" data-testid="dialog-input" onInput=${(event) => setTyped(event.target.value)} />`}
      <div class="dialog-buttons">
        <button type="button" class="button" data-testid="dialog-refuse" onClick=${() => answer(refuse === null ? null : false)}>${refuse ?? t('common.cancel')}</button>
        <button type="submit" class=${danger ? 'button danger' : 'button primary'} disabled=${expect !== null && typed.trim() !== expect} data-testid="dialog-confirm">${confirm}</button>
      </div>
    </form>
  </dialog>`;
}

export function DialogHost() {
  const question = useStore(open);
  return question && html`<${Dialog} key=${question.title} ...${question} />`;
}
