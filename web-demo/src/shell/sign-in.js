import { html, useState, useRef, useEffect } from '../lib.js';
import { useStore } from '../store.js';
import { session, signIn } from '../net/session.js';
import { goToProvider, offered } from '../net/provider.js';
import { enterAsGuest } from '../net/guest.js';
import { t } from '../i18n/index.js';
import { explain } from './explain.js';
import { Icon, Mark } from './icon.js';
import { LanguageSwitch, ThemeSwitch } from './switches.js';

function useSignIn() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const submit = async (event) => {
    event.preventDefault();
    const { email, password } = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setError(null);
    try {
      await signIn(email.trim(), password);
    } catch (problem) {
      setError(problem.status === 401 ? t('signin.refused') : explain(problem));
      setBusy(false);
    }
  };
  return { busy, error, setError, submit };
}

/** A button for each provider, and one to talk without an account, where there are any. */
function OtherWays({ onError }) {
  const [ways, setWays] = useState({ providers: [], anonymous: false });
  useEffect(() => {
    offered().then(setWays);
  }, []);
  const go = (name) => goToProvider(name).catch((problem) => onError(explain(problem)));
  const enter = () => enterAsGuest().catch((problem) => onError(explain(problem)));
  return html`${ways.providers.map(
    (name) => html`<button
      key=${name}
      class="button wide"
      type="button"
      onClick=${() => go(name)}
      data-testid="sign-in-provider"
      data-provider=${name}
    >
      ${t('signin.with', { name: name[0].toUpperCase() + name.slice(1) })}
    </button>`,
  )}
  ${ways.anonymous && html`<div class="as-guest"><button class="button wide" type="button" onClick=${enter} data-testid="sign-in-guest">${t('guest.enter')}</button>
    <p class="fine">${t('guest.enter_hint')}</p></div>`}`;
}

export function SignIn() {
  const { busy, error, setError, submit } = useSignIn();
  const { reason } = useStore(session);
  const email = useRef(null);
  useEffect(() => email.current.focus(), []);
  useEffect(() => {
    document.title = `${t('signin.title')} · Mordomo`;
  });
  return html`<div class="sign-in">
    <header class="sign-in-bar"><${LanguageSwitch} /><${ThemeSwitch} /></header>
    <main class="sign-in-card">
      <${Mark} />
      <h1>${t('signin.welcome')}</h1>
      <p class="lead">${t('signin.lead')}</p>
      ${reason && !error && html`<p class="banner" role="status">${t(`signin.${reason}`)}</p>`}
      <form onSubmit=${submit} aria-describedby=${error ? 'sign-in-error' : undefined}>
        <label>
          <span>${t('signin.email')}</span>
          <input ref=${email} class="field" name="email" type="email" autocomplete="username" required data-testid="sign-in-email" />
        </label>
        <label>
          <span>${t('signin.password')}</span>
          <input class="field" name="password" type="password" autocomplete="current-password" required data-testid="sign-in-password" />
        </label>
        ${error && html`<p id="sign-in-error" class="banner error" role="alert" data-testid="sign-in-error"><${Icon} name="alert" />${error}</p>`}
        <button class="button primary wide" type="submit" disabled=${busy} data-testid="sign-in-submit">
          ${busy ? t('signin.busy') : t('signin.submit')}
        </button>
      </form>
      <${OtherWays} onError=${setError} />
      <p class="fine">${t('signin.hint')}</p>
    </main>
  </div>`;
}
