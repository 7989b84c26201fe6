// The live connection, by the official Centrifugo client. It reconnects, recovers what was missed,
// and tells the rest of the page what happened; it holds no state of the assistant.
import '../../vendor/centrifuge-5.8.0/centrifuge.js';
import { createStore } from '../store.js';
import { Problem, problemFromRpc, Unreachable } from './problem.js';
import { accessToken, forgetSession } from './session.js';

const { Centrifuge } = globalThis;
/** Errors below this are the client's own: no reply came. */
const FIRST_SERVER_ERROR = 100;
/** The socket was closed since nobody may speak on it any more; or they were refused when they came back. */
const SIGNED_OUT = [3500, 101];

export const connection = createStore({ state: 'connecting' });
const userListeners = new Set();
const connectedListeners = new Set();
let client = null;
let lastToken = null;

function socketUrl() {
  const url = new URL('/v1/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** The client asks only when its last token is no longer good, so it never gets the same twice. */
async function nextToken() {
  try {
    lastToken = await accessToken({ unlike: lastToken });
    return lastToken;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) throw new Centrifuge.UnauthorizedError('signed out');
    throw error;
  }
}

function announceConnected(context) {
  for (const listener of connectedListeners) listener(context);
}

export function startSocket() {
  if (client) return;
  client = new Centrifuge(socketUrl(), { getToken: nextToken, name: 'web', minReconnectDelay: 300, maxReconnectDelay: 8000 });
  client.on('connecting', ({ code }) => connection.set({ state: 'connecting', code }));
  client.on('connected', (context) => {
    connection.set({ state: 'connected' });
    announceConnected({ data: context.data ?? {} });
  });
  client.on('disconnected', ({ code }) => {
    connection.set({ state: 'disconnected', code });
    if (SIGNED_OUT.includes(code)) forgetSession('switched_off');
  });
  // Subscribed by the server. What it could not replay has to be read again.
  client.on('subscribed', ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) announceConnected({ data: {}, lost: true });
  });
  client.on('publication', ({ channel, data }) => {
    if (!channel.startsWith('user:')) return;
    for (const listener of userListeners) listener(data);
  });
  client.connect();
}

export function stopSocket() {
  client?.disconnect();
  client = null;
  lastToken = null;
  connection.set({ state: 'connecting' });
}

/** Facts about the user's things: `{type, at, reminder|action|job|conversation}`. */
export function onUserEvent(listener) {
  userListeners.add(listener);
  return () => userListeners.delete(listener);
}

/** Called after each connect with the server's `data`, and when events were lost for good. */
export function onConnected(listener) {
  connectedListeners.add(listener);
  return () => connectedListeners.delete(listener);
}

export const isConnected = () => connection.get().state === 'connected';

export async function rpc(method, data) {
  if (!client) throw new Unreachable();
  try {
    return (await client.rpc(method, data)).data;
  } catch (error) {
    throw error.code >= FIRST_SERVER_ERROR ? problemFromRpc(error) : new Unreachable(error);
  }
}

/** Listens to a channel from a position on. Returns the way to stop. */
export function listen(channel, position, { onPublication, onLost, onRefused }) {
  client.getSubscription(channel)?.unsubscribe();
  const old = client.getSubscription(channel);
  if (old) client.removeSubscription(old);
  const since = { offset: position.offset, epoch: position.epoch };
  const subscription = client.newSubscription(channel, { since, recoverable: true, positioned: true });
  subscription.on('publication', onPublication);
  subscription.on('subscribed', ({ wasRecovering, recovered }) => {
    if (wasRecovering && !recovered) onLost();
  });
  subscription.on('unsubscribed', ({ code }) => {
    if (code >= FIRST_SERVER_ERROR) onRefused(code);
  });
  subscription.subscribe();
  return () => {
    subscription.removeAllListeners();
    subscription.unsubscribe();
    client?.removeSubscription(subscription);
  };
}
