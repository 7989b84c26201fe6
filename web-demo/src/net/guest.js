// Who talks without an account. When a guest goes to sign in, the token that proves what was theirs is kept,
// until it is claimed or given up.
import { kept } from '../storage.js';
import { accessToken, forgetSession, heldToken, post, takeTokens } from './session.js';

const KEPT = 'guest_token';

/** Whoever went to sign in and comes back without goes on as the guest that they were. */
export async function enterAsGuest() {
  const token = kept.get(KEPT);
  kept.remove(KEPT);
  const before = token && (await post('/v1/auth/refresh', { refresh_token: token }).catch(() => null));
  takeTokens(before || (await post('/v1/auth/anonymous', {})));
}

/** To the sign-in page; the guest's session goes on meanwhile. */
export function leaveToSignIn() {
  kept.set(KEPT, heldToken());
  forgetSession();
}

export const wasGuest = () => kept.get(KEPT) !== null;

/** Takes what was said as a guest over; gives how many conversations. */
export async function claim() {
  // Not as other calls: here 401 is said of the guest, and ends no session of ours.
  const headers = { Authorization: `Bearer ${await accessToken()}` };
  const { conversations } = await post('/v1/auth/claim', { refresh_token: kept.get(KEPT) }, headers);
  kept.remove(KEPT);
  return conversations;
}

/** Ends the guest's session, and with it the way to their conversations. */
export async function giveUp() {
  const token = kept.get(KEPT);
  kept.remove(KEPT);
  await post('/v1/auth/logout', { refresh_token: token });
}
