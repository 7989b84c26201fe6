// Which model answers, said honestly.
import { createStore } from './store.js';
import { api } from './net/api.js';
import { kept } from './storage.js';

export const models = createStore({ chat: [], standard: null, chosen: kept.get('model') });

/** `mordomo` is the whole assistant, not a model of its own. */
const isModel = (entry) => entry.id !== 'mordomo';

export async function loadModels() {
  const { data } = await api.get('/models');
  const chat = data.filter((entry) => (entry.type ?? 'chat') === 'chat' && isModel(entry));
  const named = data.find((entry) => entry.id === 'mordomo')?.model;
  const standard = chat.find((entry) => entry.default) ?? chat.find((entry) => entry.id === named) ?? chat[0] ?? null;
  models.update((state) => ({ ...state, chat, standard }));
}

export function chooseModel(id) {
  const chosen = id === models.get().standard?.id ? null : id;
  if (chosen) kept.set('model', chosen);
  else kept.remove('model');
  models.update((state) => ({ ...state, chosen }));
}

/** The model to ask for, or null for the installation's own. */
export function chosenModel() {
  const { chat, chosen } = models.get();
  return chat.some((entry) => entry.id === chosen) ? chosen : null;
}

export function answeringModel() {
  const { chat, standard } = models.get();
  return chat.find((entry) => entry.id === chosenModel()) ?? standard;
}

/** An extractive answerer quotes; it does not write. */
export const isExtractive = (id) => /(^|\/)extractive$/.test(id ?? '');
