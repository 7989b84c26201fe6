// One quiet voice for screen readers: whole messages, never word by word.
import { html, useEffect, useState } from '../lib.js';
import { createStore, useStore } from '../store.js';

const spoken = createStore({ text: '', at: 0 });

export function announce(text) {
  spoken.set({ text, at: Date.now() });
}

export function Announcer() {
  const { text, at } = useStore(spoken);
  const [shown, setShown] = useState('');
  useEffect(() => {
    // Emptied in between, or the same words twice would not be read the second time.
    setShown('');
    const timer = setTimeout(() => setShown(text), 80);
    return () => clearTimeout(timer);
  }, [text, at]);
  return html`<div class="visually-hidden" role="status" aria-live="polite" data-testid="announcer">${shown}</div>`;
}
