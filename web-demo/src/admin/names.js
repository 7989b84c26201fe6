// Names for the ids of users and tenants that lists are full of.
import { useEffect, useState } from '../lib.js';
import { allPages } from '../net/api.js';
import { isSuperuser } from '../desk/frame.js';

const MOST = 2000;

const read = (path) => allPages(path, { most: MOST, limit: 200 }).then(({ data }) => data);

/** Every tenant, for the superuser; else null. */
export function useTenants(user) {
  const [list, setList] = useState(null);
  useEffect(() => {
    // Without the names the ids are shown.
    if (isSuperuser(user)) read('/tenants').then(setList, () => setList([]));
  }, [user.id]);
  return list;
}

/** Users by id: those whom one may see. */
export function useUserNames() {
  const [names, setNames] = useState(new Map());
  useEffect(() => {
    read('/users').then((list) => setNames(new Map(list.map((one) => [one.id, one]))), () => {});
  }, []);
  return names;
}

/** A value that follows another once it has been still for a moment: what is typed asks once. */
export function useStill(value, ms = 250) {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const later = setTimeout(() => setStill(value), ms);
    return () => clearTimeout(later);
  }, [value]);
  return still;
}
