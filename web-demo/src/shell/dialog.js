// Questions that must be answered before going on, in the browser's own modal dialog: it keeps the
// focus inside, closes on Escape, and gives the focus back.
import { html, useEffect, useRef } from '../lib.js';
import { createStore, useStore } from '../store.js';
import { t } from '../i18n/index.js';

const open = createStore(null);

/** Resolves to the entered text (or true) when confirmed, to null when not. */
export function ask({ title, text, confirm, danger = false, input = null, optional = false }) {
  return new Promise((resolve) => {
    open.get()?.resolve(null);
    open.set({ title, text, confirm, danger, input, optional, resolve });
  });
}

function answer(value) {
  open.get()?.resolve(value);
  open.set(null);
}

function Dialog({ title, text, confirm, danger, input, optional }) {
  const element = useRef(null);
  useEffect(() => {
    element.current.showModal();
    element.current.querySelector('input')?.select();
  }, []);
  const submit = (event) => {
    event.preventDefault();
    answer(input === null ? true : new FormData(event.target).get('answer').trim());
  };
  return html`<dialog ref=${element} class="dialog" aria-labelledby="dialog-title" data-testid="dialog" onCancel=${() => answer(null)}>
    <form onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${text && html`<p>${text}</p>`}
      ${input !== null && html`<input class="field" name="answer" value=${input} aria-label=${title} required=${!optional} maxlength="500" />`}
      <div class="dialog-buttons">
        <button type="button" class="button" onClick=${() => answer(null)}>${t('common.cancel')}</button>
        <button type="submit" class=${danger ? 'button danger' : 'button primary'} data-testid="dialog-confirm">${confirm}</button>
      </div>
    </form>
  </dialog>`;
}

export function DialogHost() {
  const question = useStore(open);
  return question && html`<${Dialog} key=${question.title} ...${question} />`;
}
