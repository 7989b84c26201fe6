// The words of the page. Every text stands in pt.js, es.js and en.js; a test holds them complete.
import { createStore } from '../store.js';
import { kept } from '../storage.js';
import pt from './pt.js';
import es from './es.js';
import en from './en.js';

export const LANGUAGES = { pt: 'Português', es: 'Español', en: 'English' };
const CATALOGUES = { pt, es, en };

/** The first of the wanted languages that we speak, else English. */
export function pickLanguage(wanted) {
  for (const tag of wanted) {
    const language = String(tag).slice(0, 2).toLowerCase();
    if (language in CATALOGUES) return language;
  }
  return 'en';
}

const wanted = [kept.get('language'), ...(globalThis.navigator?.languages ?? [])].filter(Boolean);
export const language = createStore(pickLanguage(wanted));

export function setLanguage(next) {
  kept.set('language', next);
  language.set(next);
}

const fill = (text, params) => text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);

/** The text under a key. Where it has plural forms, `count` chooses. */
export function translate(lang, key, params = {}) {
  const entry = CATALOGUES[lang][key];
  if (entry === undefined) return key;
  if (typeof entry === 'string') return fill(entry, params);
  const form = new Intl.PluralRules(lang).select(params.count);
  return fill(entry[form] ?? entry.other, params);
}

export const t = (key, params) => translate(language.get(), key, params);
export const has = (key) => key in CATALOGUES[language.get()];
