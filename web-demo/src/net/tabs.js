// A word to the other tabs of this browser, and one thing at a time among them.
const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('mordomo') : null;

export function tellTabs(type, detail = {}) {
  channel?.postMessage({ type, ...detail });
}

export function onTabMessage(type, listener) {
  channel?.addEventListener('message', (event) => {
    if (event.data?.type === type) listener(event.data);
  });
}

const LEASE_MS = 10_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Without the Web Locks API (plain http on a home network) a lease in localStorage serves:
 * write, wait, and see whether it is still ours.
 */
async function withLease(name, task) {
  const key = `mordomo.lease.${name}`;
  const mine = `${Date.now()}.${Math.random()}`;
  for (;;) {
    const [since] = (localStorage.getItem(key) ?? '0').split('.');
    if (Date.now() - Number(since) > LEASE_MS) {
      localStorage.setItem(key, mine);
      await pause(30 + Math.random() * 40);
      if (localStorage.getItem(key) === mine) break;
    }
    await pause(50 + Math.random() * 100);
  }
  try {
    return await task();
  } finally {
    if (localStorage.getItem(key) === mine) localStorage.removeItem(key);
  }
}

/** Runs the task while no other tab runs one under the same name. */
export function oneTabAtATime(name, task) {
  if (navigator.locks) return navigator.locks.request(`mordomo.${name}`, task);
  return withLease(name, task);
}
