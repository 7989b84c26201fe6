// A table that becomes a list of cards on a phone. The roles are said, since what is no longer laid
// out as a table would no longer be one for a screen reader.
import { html } from '../lib.js';

/**
 * `columns`: {key, label, show(row), numeric, quiet}; the label of a quiet one is for screen readers.
 * `attributes(row)`: data-* of its line.
 */
export function Table({ caption, columns, list, keyOf = (row) => row.id, testid, attributes = () => ({}) }) {
  const head = ({ label, quiet }) => (quiet ? html`<span class="visually-hidden">${label}</span>` : label);
  return html`<table class="table" role="table" data-testid=${testid}>
    <caption class="visually-hidden">${caption}</caption>
    <thead role="rowgroup"><tr role="row">
      ${columns.map((one) => html`<th key=${one.key} role="columnheader" scope="col" class=${one.numeric ? 'numeric' : undefined}>${head(one)}</th>`)}
    </tr></thead>
    <tbody role="rowgroup">${list.map(
      (row) => html`<tr key=${keyOf(row)} role="row" data-testid=${testid && `${testid}-row`} ...${attributes(row)}>
        ${columns.map((one) => html`<td key=${one.key} role="cell" data-label=${one.quiet ? undefined : one.label} class=${one.numeric ? 'numeric' : undefined}>${one.show(row)}</td>`)}
      </tr>`,
    )}</tbody>
  </table>`;
}
