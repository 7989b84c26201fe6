// Sends a form with progress, which fetch cannot tell.
import { problemFrom, Unreachable } from './problem.js';
import { accessToken } from './session.js';

function once(path, form, token, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v1${path}`);
    request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.setRequestHeader('Accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new DOMException('Stopped.', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

function bodyOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

/** Resolves to `{status, body}`, rejects as api.js does. */
export async function upload(path, form, { onProgress, signal }) {
  const token = await accessToken();
  let request = await once(path, form, token, onProgress, signal);
  if (request.status === 401) {
    request = await once(path, form, await accessToken({ unlike: token }), onProgress, signal);
  }
  const body = bodyOf(request);
  if (request.status >= 200 && request.status < 300) return { status: request.status, body };
  throw problemFrom(request.status, body, { get: (name) => request.getResponseHeader(name) });
}
