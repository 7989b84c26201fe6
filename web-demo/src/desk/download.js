// A file of the server's, which needs the token and so cannot be a plain link.
import { fetchResponse } from '../net/api.js';

export async function download(path, name) {
  const response = await fetchResponse('GET', path, { headers: { Accept: '*/*' } });
  const blob = new Blob([await response.arrayBuffer()], { type: 'application/octet-stream' });
  const url = URL.createObjectURL(blob);
  Object.assign(document.createElement('a'), { href: url, download: name, rel: 'noopener' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
