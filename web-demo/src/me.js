// The signed-in user.
import { createStore } from './store.js';
import { api } from './net/api.js';
import { timeZone } from './dates.js';

export const me = createStore(null);

function adopt(user) {
  if (user.time_zone) timeZone.set(user.time_zone);
  me.set(user);
  return user;
}

export const loadMe = async () => adopt(await api.get('/me'));
export const saveMe = async (changes) => adopt(await api.patch('/me', changes));
