// What stands in the side panel: null | {kind: 'activity'} | {kind: 'source', reference} |
// {kind: 'document', document}. Closing gives the focus back to what opened it.
import { createStore } from '../store.js';

export const panel = createStore(null);
let opener = null;

export function openPanel(next) {
  opener = document.activeElement;
  panel.set(next);
}

export function closePanel() {
  if (!panel.get()) return;
  panel.set(null);
  if (opener?.isConnected) opener.focus();
  opener = null;
}

export function togglePanel(next) {
  if (panel.get()?.kind === next.kind) closePanel();
  else openPanel(next);
}
