// Who talks without an account. When a guest goes to sign in, the token that proves what was theirs is kept,
// until it is claimed or given up, or too long ago: somebody else may sit there by then.
import { kept } from '../storage.js';
import { Problem } from './problem.js';
import { accessToken, forgetSession, GUEST_KEY, heldToken, post, takeTokens } from './session.js';

const KEPT_MS = 15 * 60_000;

function keptToken() {
  const { token, since } = kept.get(GUEST_KEY) ?? {};
  if (token && Date.now() - since < KEPT_MS) return token;
  kept.remove(GUEST_KEY);
  return null;
}

/** The guest's next tokens; null where the server says that their session has ended, and for nothing else. */
async function goOn(token) {
  try {
    return await post('/v1/auth/refresh', { refresh_token: token });
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

/** Whoever went to sign in and comes back without goes on as the guest that they were. */
export async function enterAsGuest() {
  const token = keptToken();
  const before = token && (await goOn(token));
  kept.remove(GUEST_KEY);
  takeTokens(before || (await post('/v1/auth/anonymous', {})));
}

/** To the sign-in page; the guest's session goes on meanwhile. */
export function leaveToSignIn() {
  kept.set(GUEST_KEY, { token: heldToken(), since: Date.now() });
  forgetSession();
}

export const wasGuest = () => keptToken() !== null;

/** Takes what was said as a guest over; gives how many conversations. */
export async function claim() {
  // Not as other calls: here 401 is said of the guest, and ends no session of ours.
  const headers = { Authorization: `Bearer ${await accessToken()}` };
  const { conversations } = await post('/v1/auth/claim', { refresh_token: kept.get(GUEST_KEY)?.token }, headers);
  kept.remove(GUEST_KEY);
  return conversations;
}

/** Ends the guest's session, and with it the way to their conversations. */
export async function giveUp() {
  const token = kept.get(GUEST_KEY)?.token;
  kept.remove(GUEST_KEY);
  if (token) await post('/v1/auth/logout', { refresh_token: token });
}
