// localStorage and sessionStorage that never throw: private modes forbid them, and full ones refuse.
function wrap(area) {
  return {
    get(key) {
      try {
        return JSON.parse(area().getItem(`mordomo.${key}`));
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        area().setItem(`mordomo.${key}`, JSON.stringify(value));
      } catch {
        // The page works without; it only forgets on reload.
      }
    },
    remove(key) {
      try {
        area().removeItem(`mordomo.${key}`);
      } catch {
        // Nothing was kept, nothing to remove.
      }
    },
    clear() {
      try {
        const ours = Object.keys(area()).filter((key) => key.startsWith('mordomo.'));
        ours.forEach((key) => area().removeItem(key));
      } catch {
        // Nothing was kept, nothing to clear.
      }
    },
  };
}

export const kept = wrap(() => localStorage);
export const keptInTab = wrap(() => sessionStorage);

/** Drafts and unsent messages belong to who wrote them, not to who signs in next. */
export function claimTab() {
  const account = kept.get('account');
  if (keptInTab.get('account') === account) return;
  keptInTab.clear();
  keptInTab.set('account', account);
}
