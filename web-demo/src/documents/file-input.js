// The browser's own choice of files, behind a button of ours.
import { html, useRef } from '../lib.js';

const KINDS = '.txt,.md,.markdown,.html,.htm,.pdf,.docx,.odt,.csv,.tsv,.eml';

/** `button(open)` draws the button; the input itself is out of the way of the keyboard. */
export function FileInput({ label, disabled = false, onFiles, testid, button }) {
  const input = useRef(null);
  const choose = (event) => {
    // A copy: the list is emptied below, so that the same file may be chosen again.
    onFiles([...event.target.files]);
    event.target.value = '';
  };
  return html`${button(() => input.current.click())}
    <input ref=${input} class="visually-hidden" type="file" multiple accept=${KINDS} tabindex="-1" aria-label=${label} data-testid=${testid} disabled=${disabled} onChange=${choose} />`;
}
