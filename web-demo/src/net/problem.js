/** An answer that says no: RFC 9457 over HTTP, or an RPC error on the socket. */
export class Problem extends Error {
  constructor({ status = 0, code = 'unknown', detail = '', errors = [], retryAfter = null, ...rest }) {
    super(detail || code);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.body = rest;
  }
}

/** No answer at all: the command may or may not have arrived, so it has to be safe to repeat. */
export class Unreachable extends Error {
  constructor(cause) {
    super('The server cannot be reached.', { cause });
    this.name = 'Unreachable';
  }
}

export function problemFrom(status, body, headers) {
  const retryAfter = Number(headers?.get?.('Retry-After')) || null;
  const known = body && typeof body === 'object' ? body : {};
  const detail = known.detail ?? known.title ?? '';
  return new Problem({ ...known, status, code: known.code ?? `http_${status}`, detail, retryAfter });
}

/** `message` begins with the stable code: "quota_exceeded: The quota is spent." */
export function problemFromRpc({ code, message = '', temporary = false }) {
  const [, stable, detail] = message.match(/^([a-z][a-z0-9_]*)(?::\s*|$)([^]*)$/) ?? [];
  return new Problem({ status: code, code: stable ?? `rpc_${code}`, detail: detail || message, temporary });
}
