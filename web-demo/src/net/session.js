// Who is signed in. The access token lives in memory; the refresh token in localStorage, because a
// reload must not sign out. A refresh token works once, and its reuse ends the whole family, so all
// tabs take turns at refreshing and share what comes back.
import { createStore } from '../store.js';
import { kept, keptInTab } from '../storage.js';
import { Problem, problemFrom, Unreachable } from './problem.js';
import { oneTabAtATime, onTabMessage, tellTabs } from './tabs.js';

const REFRESH_KEY = 'mordomo.refresh_token';
/** What a guest who went to sign in is known by. */
export const GUEST_KEY = 'guest_token';
/** Renewed at least this long before it ends, so that it does not expire on the way. */
const MARGIN_MS = 30_000;

let access = null; // { token, goodUntil }
let refreshing = null;

export const session = createStore({ signedIn: Boolean(refreshToken()), reason: null });

/** The refresh token itself: what a guest was known by, for the one who signs in after them. */
export const heldToken = () => refreshToken();

function refreshToken() {
  return globalThis.localStorage?.getItem(REFRESH_KEY) ?? null;
}

export async function post(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new Unreachable(cause);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw problemFrom(response.status, answer, response.headers);
  return answer;
}

function adopt(tokens) {
  const lifetime = tokens.expires_in * 1000;
  const margin = Math.min(MARGIN_MS, lifetime / 5);
  access = { token: tokens.access_token, goodUntil: Date.now() + lifetime - margin };
  localStorage.setItem(REFRESH_KEY, tokens.refresh_token);
  tellTabs('token', { access });
  session.set({ signedIn: true, reason: null });
}

/** Tokens of a sign-in that went another way. Whose they are stands in the token. */
export function takeTokens(tokens) {
  kept.set('account', JSON.parse(atob(tokens.access_token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/'))).sub);
  adopt(tokens);
}

/** A sign-in that led nowhere; who is signed in already stays so. */
export function tellRefused(reason) {
  if (!session.get().signedIn) session.set({ signedIn: false, reason });
}

export async function signIn(email, password) {
  const tokens = await post('/v1/auth/token', { email, password });
  kept.set('account', email.toLowerCase());
  adopt(tokens);
}

/** Forgets the tokens here and in the other tabs. The reason is shown on the sign-in page. */
export function forgetSession(reason = null) {
  access = null;
  localStorage.removeItem(REFRESH_KEY);
  tellTabs('signed-out');
  session.set({ signedIn: false, reason });
}

/** `everywhere`: on every device. Then a failure is told, since others are still signed in. */
export async function signOut({ everywhere = false } = {}) {
  if (everywhere) await post('/v1/auth/logout', { refresh_token: refreshToken(), everywhere });
  const token = everywhere ? null : refreshToken();
  const bearer = access?.token;
  keptInTab.clear();
  kept.remove(GUEST_KEY);
  forgetSession();
  if (!token) return;
  // Best effort: this browser has forgotten the tokens either way. It arrives also when the tab is closed at once.
  await fetch('/v1/auth/logout', {
    method: 'POST',
    keepalive: true,
    headers: { 'Content-Type': 'application/json', ...(bearer && { Authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify({ refresh_token: token }),
  }).catch(() => {});
}

const usable = (unlike) => access && access.token !== unlike && Date.now() < access.goodUntil;

async function refresh(unlike) {
  // Another tab may have refreshed while we waited for our turn.
  if (usable(unlike)) return;
  const token = refreshToken();
  if (!token) throw new Problem({ status: 401, code: 'signed_out' });
  try {
    adopt(await post('/v1/auth/refresh', { refresh_token: token }));
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) {
      forgetSession('expired');
    }
    throw error;
  }
}

/**
 * A token that works now. `unlike` is one that was just refused, and is not given again.
 * Many may ask at once: there is one refresh at a time, here and among the tabs.
 */
export async function accessToken({ unlike = null } = {}) {
  if (usable(unlike)) return access.token;
  refreshing ??= oneTabAtATime('refresh', () => refresh(unlike)).finally(() => {
    refreshing = null;
  });
  await refreshing;
  return access.token;
}

onTabMessage('token', (message) => {
  access = message.access;
  session.set({ signedIn: true, reason: null });
});
onTabMessage('signed-out', () => {
  access = null;
  session.set({ signedIn: false, reason: null });
});
