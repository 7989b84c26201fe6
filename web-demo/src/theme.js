// Light, dark, or whatever the system says. The attribute on <html> is what the style sheets read.
import { createStore } from './store.js';

const KEY = 'mordomo.theme';
export const THEMES = ['system', 'light', 'dark'];

function stored() {
  try {
    const value = localStorage.getItem(KEY);
    return THEMES.includes(value) ? value : 'system';
  } catch {
    return 'system';
  }
}

export const theme = createStore(stored());

export function setTheme(next) {
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // The choice then lasts until the page is closed.
  }
  theme.set(next);
}

/** What is on the screen now: the switch offers the other one. */
export function shownTheme() {
  if (theme.get() !== 'system') return theme.get();
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
