import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { LANGUAGES, pickLanguage, translate } from '../src/i18n/index.js';
import en from '../src/i18n/en.js';
import es from '../src/i18n/es.js';
import pt from '../src/i18n/pt.js';

const catalogues = { pt, es, en };
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const placeholders = (entry) => [...new Set(forms(entry).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

const SOURCE = new URL('../src/', import.meta.url);
const source = readdirSync(SOURCE, { recursive: true })
  .filter((name) => name.endsWith('.js') && !name.startsWith('i18n'))
  .map((name) => readFileSync(new URL(name, SOURCE), 'utf8'))
  .join('\n');

test('every language says everything, with the same placeholders', () => {
  for (const [language, catalogue] of Object.entries(catalogues)) {
    assert.deepEqual(Object.keys(catalogue).sort(), Object.keys(en).sort(), language);
    for (const key of Object.keys(en)) {
      assert.deepEqual(placeholders(catalogue[key]), placeholders(en[key]), `${language} ${key}`);
      for (const text of forms(catalogue[key])) assert.ok(text.trim().length > 0, `${language} ${key}`);
    }
  }
  assert.deepEqual(Object.keys(LANGUAGES), Object.keys(catalogues));
});

test('every plural has its general form', () => {
  for (const [language, catalogue] of Object.entries(catalogues)) {
    for (const [key, entry] of Object.entries(catalogue)) {
      if (typeof entry !== 'string') assert.ok(entry.other, `${language} ${key}`);
    }
  }
});

test('every text that the page asks for by name exists', () => {
  const asked = [...source.matchAll(/\bt\('([\w.]+)'/g)].map((match) => match[1]);
  assert.ok(asked.length > 100);
  for (const key of asked) assert.ok(key in en, key);
});

test('every text that is composed has something to compose', () => {
  const prefixes = [...source.matchAll(/\bt\(`([\w.]+\.)\$\{/g)].map((match) => match[1]);
  assert.ok(prefixes.length > 5);
  for (const prefix of prefixes) assert.ok(Object.keys(en).some((key) => key.startsWith(prefix)), prefix);
});

test('no text is left that nobody says', () => {
  const unused = Object.keys(en).filter((key) => {
    if (source.includes(`'${key}'`)) return false;
    const parts = key.split('.');
    return !parts.some((_, end) => end > 0 && source.includes(`\`${parts.slice(0, end).join('.')}.\${`)) && !source.includes(`.${parts.at(-1)}\``);
  });
  assert.deepEqual(unused, []);
});

test('the language is the first wanted one that we speak', () => {
  assert.equal(pickLanguage(['fr-FR', 'pt-BR', 'en']), 'pt');
  assert.equal(pickLanguage(['es-419']), 'es');
  assert.equal(pickLanguage(['de']), 'en');
  assert.equal(pickLanguage([]), 'en');
});

test('counts choose their form, and unknown keys show themselves', () => {
  assert.equal(translate('pt', 'composer.queued', { count: 1 }), '1 mensagem na fila');
  assert.equal(translate('pt', 'composer.queued', { count: 2 }), '2 mensagens na fila');
  assert.equal(translate('es', 'composer.queued', { count: 1_000_000 }), '1000000 mensajes en espera');
  assert.equal(translate('en', 'no.such.key'), 'no.such.key');
});
