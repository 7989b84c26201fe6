// Files on their way in. An upload is
//   waiting → uploading → (processing →) done | failed | duplicate
// and a duplicate waits for the user's choice: replace, keep both, or link.
import { createStore } from '../store.js';
import { api } from '../net/api.js';
import { upload } from '../net/upload.js';
import { onConnected, onUserEvent } from '../net/socket.js';
import { uuid } from '../ids.js';
import { t } from '../i18n/index.js';
import { refreshDocuments } from './documents.js';
import { loadCollections, realCollection } from './collections.js';

export const uploads = createStore([]);
const AT_ONCE = 2;
const BUSY = new Set(['uploading']);
const stops = new Map();

const change = (id, next) => uploads.update((list) => list.map((one) => (one.id === id ? { ...one, ...next } : one)));
const find = (id) => uploads.get().find((one) => one.id === id);

function formOf({ file, onDuplicate }) {
  const form = new FormData();
  // Fields first, so that the server knows what to do when the file comes.
  if (onDuplicate) form.append('on_duplicate', onDuplicate);
  form.append('file', file, file.name);
  return form;
}

/** Which document is there already: `duplicate_of` is its id, or the document. */
async function namedDuplicate(problem) {
  const of = problem.body.duplicate_of;
  if (of && typeof of === 'object') return of;
  const known = of ? await api.get(`/documents/${of}`).catch(() => null) : null;
  return known ?? { id: of, title: null };
}

async function fail(id, error) {
  if (error.name === 'AbortError') return;
  if (error.status === 409 && error.body?.duplicate_of) {
    change(id, { status: 'duplicate', duplicate: await namedDuplicate(error), reason: error.body.reason });
  } else change(id, { status: 'failed', error });
}

function finish(id, next) {
  change(id, next);
  const { collectionId } = find(id) ?? {};
  if (collectionId) refreshDocuments(collectionId);
  // The counts of the collections; a stale count is no reason to complain.
  loadCollections().catch(() => {});
}

async function run({ id, collectionId, ...item }) {
  const stop = new AbortController();
  stops.set(id, stop);
  change(id, { status: 'uploading', progress: 0, error: null });
  try {
    const onProgress = (progress) => change(id, { progress });
    const { status, body } = await upload(`/collections/${collectionId}/documents`, formOf(item), { onProgress, signal: stop.signal });
    if (status === 202) {
      change(id, { status: 'processing', jobId: body.job_id, progress: 0 });
      refreshDocuments(collectionId);
      await look(find(id));
    } else finish(id, { status: 'done', document: body, similar: body.similar_to ?? [] });
  } catch (error) {
    await fail(id, error);
  } finally {
    stops.delete(id);
    startNext();
  }
}

function startNext() {
  const busy = uploads.get().filter(({ status }) => BUSY.has(status)).length;
  const next = uploads.get().filter(({ status }) => status === 'waiting').slice(0, AT_ONCE - busy);
  next.forEach(run);
}

export async function addFiles(files, wanted) {
  const collectionId = await realCollection(wanted, t('collection.mine'));
  const added = files.map((file) => ({ id: uuid(), file, name: file.name, size: file.size, collectionId, status: 'waiting', progress: 0 }));
  uploads.update((list) => [...added, ...list]);
  startNext();
}

/** Again, with another answer to "what if it is there already?" if one was chosen. */
export function tryAgain(id, onDuplicate = find(id)?.onDuplicate) {
  change(id, { status: 'waiting', onDuplicate });
  startNext();
}

export function dropUpload(id) {
  stops.get(id)?.abort();
  const { status, jobId } = find(id) ?? {};
  // What the server is still reading is not wanted any more. It may have ended meanwhile.
  if (status === 'processing' && jobId) api.post(`/jobs/${jobId}/cancel`).catch(() => {});
  uploads.update((list) => list.filter((one) => one.id !== id));
  startNext();
}

export function dropFinished() {
  uploads.update((list) => list.filter(({ status }) => status !== 'done'));
}

// ---- files that the server takes in as a job ----------------------------------------------

function followJob(job) {
  const item = uploads.get().find(({ jobId, status }) => jobId === job.id && status === 'processing');
  if (!item) return;
  const { done = 0, total = 0 } = job.progress ?? {};
  if (job.status === 'done') finish(item.id, { status: 'done', similar: job.result?.similar_to ?? [] });
  else if (job.status === 'failed' || job.status === 'cancelled') {
    const detail = typeof job.error === 'string' ? job.error : job.error?.detail;
    finish(item.id, { status: 'failed', error: new Error(detail ?? job.status) });
  } else change(item.id, { progress: total ? done / total : 0 });
}

/** The job may have ended before its number reached us, or while the line was down. */
async function look({ jobId }) {
  const job = await api.get(`/jobs/${jobId}`).catch(() => null);
  if (job) followJob(job);
}

onUserEvent((event) => {
  if (event.job) followJob(event.job);
});
onConnected(() => uploads.get().filter(({ status }) => status === 'processing').forEach(look));
