import { html } from '../lib.js';

/** A real checkbox that looks like a switch. */
export function Switch({ label, hint, checked, onChange, testid }) {
  return html`<label class="switch">
    <span class="switch-text"><span>${label}</span>${hint && html`<small>${hint}</small>`}</span>
    <input type="checkbox" role="switch" checked=${checked} data-testid=${testid} onChange=${(event) => onChange(event.target.checked)} />
  </label>`;
}
