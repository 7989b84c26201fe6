// A list of the server's, a page at a time.
import { useEffect, useRef, useState } from '../lib.js';
import { api } from '../net/api.js';
import { withQuery } from './query.js';

const UNREAD = { list: [], nextCursor: null, loading: true, error: null };

/** Read anew when the path or the query changes; of two readings the later one counts. */
export function usePages(path, query = {}, limit = 25) {
  const [state, setState] = useState(UNREAD);
  const asked = useRef(0);
  const read = async (cursor, before) => {
    const mine = (asked.current += 1);
    setState((old) => ({ ...old, loading: true, error: null }));
    try {
      const { data, next_cursor: nextCursor } = await api.get(withQuery(path, { ...query, limit, cursor }));
      if (mine === asked.current) setState({ list: [...before, ...data], nextCursor: nextCursor ?? null, loading: false, error: null });
    } catch (error) {
      if (mine === asked.current) setState((old) => ({ ...old, loading: false, error }));
    }
  };
  useEffect(() => {
    setState(UNREAD);
    read(null, []);
    return () => {
      asked.current += 1;
    };
  }, [path, JSON.stringify(query)]);
  return { ...state, more: () => read(state.nextCursor, state.list), reload: () => read(null, []) };
}
