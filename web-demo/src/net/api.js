// JSON over HTTP with the session's token. Errors come as Problem (the server said no) or
// Unreachable (it said nothing).
import { Problem, problemFrom, Unreachable } from './problem.js';
import { accessToken, forgetSession } from './session.js';

async function once(method, path, { body, headers, signal }, token) {
  const json = body !== undefined;
  try {
    return await fetch(`/v1${path}`, {
      method,
      signal,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: 'application/json',
        ...(json && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json ? JSON.stringify(body) : undefined,
    });
  } catch (cause) {
    if (cause.name === 'AbortError') throw cause;
    throw new Unreachable(cause);
  }
}

/** The raw response; a refused token is renewed once. */
export async function fetchResponse(method, path, options = {}) {
  const token = await accessToken();
  let response = await once(method, path, options, token);
  if (response.status === 401) {
    response = await once(method, path, options, await accessToken({ unlike: token }));
  }
  if (response.ok) return response;
  const problem = problemFrom(response.status, await response.json().catch(() => null), response.headers);
  if (response.status === 401) forgetSession('expired');
  throw problem;
}

async function call(method, path, options) {
  const response = await fetchResponse(method, path, options);
  if (response.status === 204) return null;
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export const api = {
  get: (path, options) => call('GET', path, options),
  post: (path, body = {}, options) => call('POST', path, { ...options, body }),
  put: (path, body, options) => call('PUT', path, { ...options, body }),
  patch: (path, body, options) => call('PATCH', path, { ...options, body }),
  delete: (path, options) => call('DELETE', path, options),
};

/** Every page of a list, up to a bound that no screen needs to pass. */
export async function allPages(path, { most = 2000, limit = 100 } = {}) {
  const pages = [];
  let cursor = null;
  let count = 0;
  do {
    const query = new URLSearchParams({ limit, ...(cursor && { cursor }) });
    const page = await api.get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    pages.push(page);
    count += page.data.length;
    cursor = page.next_cursor;
  } while (cursor && count < most);
  return { first: pages[0], data: pages.flatMap((page) => page.data) };
}

const TEMPORARY = new Set(['rate_limited', 'unavailable', 'shutting_down', 'http_502', 'http_503', 'http_504']);

/**
 * True for what will likely succeed when sent again unchanged, without anybody's doing. A spent quota
 * or a full queue is told to the user instead.
 */
export function isTemporary(error) {
  return error instanceof Unreachable || (error instanceof Problem && TEMPORARY.has(error.code));
}
