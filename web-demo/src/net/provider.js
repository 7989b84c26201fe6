// Signing in by a provider of OpenID Connect: the authorization code flow with PKCE. The verifier stays in
// this tab until the code comes back to it.
import { keptInTab } from '../storage.js';
import { post, takeTokens, tellRefused } from './session.js';

const KEPT = 'provider';

const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** How one may come in besides with a password; in no other way when that cannot be known. */
export async function offered() {
  const response = await fetch('/v1/auth/offered').catch(() => null);
  return response?.ok ? response.json() : { providers: [], anonymous: false };
}

/** Leaves for the provider's page. */
export async function goToProvider(provider) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(48)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const started = await post('/v1/auth/oidc/start', {
    provider,
    code_challenge: base64url(hash),
    redirect_uri: `${location.origin}/`,
  });
  keptInTab.set(KEPT, { provider, verifier, state: started.state });
  location.assign(started.authorization_url);
}

/** When the provider has sent us back: ends what was begun in this tab, and only that. */
export async function comeBack() {
  const answer = new URLSearchParams(location.search);
  const state = answer.get('state');
  if (!state) return;
  const begun = keptInTab.get(KEPT);
  keptInTab.remove(KEPT);
  history.replaceState(null, '', location.pathname + location.hash);
  if (begun?.state !== state || !answer.get('code')) {
    tellRefused('provider');
    return;
  }
  try {
    takeTokens(
      await post('/v1/auth/oidc', {
        provider: begun.provider,
        code: answer.get('code'),
        state,
        code_verifier: begun.verifier,
      }),
    );
  } catch {
    tellRefused('provider');
  }
}
