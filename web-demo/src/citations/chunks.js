// The passages of a document, read until the cited one is among them.
import { api, fetchResponse } from '../net/api.js';

const PAGE = 100;
const MOST_PAGES = 100;

export const chunkId = (chunk) => chunk.id ?? chunk.chunk_id;
export const chunkText = (chunk) => chunk.text ?? chunk.content ?? '';

/** The heading path, as a list: "A › B", "A > B" or an array. */
export function headingPath(heading) {
  if (Array.isArray(heading)) return heading.filter(Boolean);
  return (heading ?? '').split(/\s+[›>]\s+/).filter(Boolean);
}

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

// Shown as they are; everything else is saved, since HTML of a document must not run as our page.
const SHOWN = { 'application/pdf': 'application/pdf', 'text/plain': 'text/plain', 'text/markdown': 'text/plain' };

/** Opens the original file, which needs the token and so cannot be a plain link. */
export async function openOriginal(documentId, name) {
  const response = await fetchResponse('GET', `/documents/${documentId}/file`);
  const type = SHOWN[(response.headers.get('Content-Type') ?? '').split(';')[0]];
  const blob = new Blob([await response.arrayBuffer()], { type: type === 'text/plain' ? 'text/plain;charset=utf-8' : type ?? 'application/octet-stream' });
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, rel: 'noopener' });
  if (type) link.target = '_blank';
  else link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
