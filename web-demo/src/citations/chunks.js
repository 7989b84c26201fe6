// The passages of a document, read until the cited one is among them.
import { api, fetchResponse } from '../net/api.js';

const PAGE = 100;
const MOST_PAGES = 100;

export const chunkId = (chunk) => chunk.id ?? chunk.chunk_id;
export const chunkText = (chunk) => chunk.text ?? chunk.content ?? '';

/** One page of passages, or as many as it takes to reach `until`. */
export async function readChunks(documentId, { cursor = null, until = null } = {}) {
  const chunks = [];
  let next = cursor;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = new URLSearchParams({ limit: PAGE, ...(next && { cursor: next }) });
    const answer = await api.get(`/documents/${documentId}/chunks?${query}`);
    chunks.push(...answer.data);
    next = answer.next_cursor;
    if (!next || !until || answer.data.some((chunk) => chunkId(chunk) === until)) break;
  }
  return { chunks, next };
}

// Shown as text; everything else is saved: HTML of a document must not run as our page, and our
// content security policy, which such a page would inherit, leaves no room for a PDF viewer.
const TEXT = new Set(['text/plain', 'text/markdown']);

const fileName = (response) => {
  const named = (response.headers.get('Content-Disposition') ?? '').match(/filename\*?=(?:UTF-8'')?"?([^";]+)/i)?.[1];
  try {
    return named && decodeURIComponent(named);
  } catch {
    return named;
  }
};

/** Opens the original file, which needs the token and so cannot be a plain link. */
export async function openOriginal(documentId, name) {
  const response = await fetchResponse('GET', `/documents/${documentId}/file`);
  const isText = TEXT.has((response.headers.get('Content-Type') ?? '').split(';')[0].trim());
  const type = isText ? 'text/plain;charset=utf-8' : 'application/octet-stream';
  const blob = new Blob([await response.arrayBuffer()], { type });
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, rel: 'noopener' });
  if (isText) link.target = '_blank';
  else link.download = fileName(response) ?? name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
