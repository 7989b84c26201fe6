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
  };
}

export const kept = wrap(() => localStorage);
export const keptInTab = wrap(() => sessionStorage);
