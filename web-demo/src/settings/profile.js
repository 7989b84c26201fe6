import { html, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { me, saveMe } from '../me.js';
import { explained, notify } from '../notices.js';

const LOCALES = ['pt-BR', 'pt-PT', 'es-ES', 'es-MX', 'es-AR', 'en-US', 'en-GB'];
const ZONES = Intl.supportedValuesOf?.('timeZone') ?? [];

/** What the user has stands in the list, even if this browser does not know it. */
const withOwn = (list, own) => (own && !list.includes(own) ? [own, ...list] : list);

export function Profile() {
  const user = useStore(me);
  const [error, setError] = useState(null);
  if (!user) return html`<section class="section skeleton" aria-label=${t('common.loading')}><i></i><i></i></section>`;
  const submit = async (event) => {
    event.preventDefault();
    setError(null);
    try {
      await saveMe(Object.fromEntries(new FormData(event.target)));
      notify(t('settings.saved'), 'success');
    } catch (problem) {
      setError(explained(problem));
    }
  };
  const options = (list, own) => withOwn(list, own).map((one) => html`<option key=${one} value=${one} selected=${one === own}>${one}</option>`);
  return html`<section class="section" aria-labelledby="profile"><h2 id="profile">${t('settings.profile')}</h2>
    <form class="form" onSubmit=${submit}>
      <label><span>${t('settings.name')}</span><input class="field" name="name" required maxlength="200" autocomplete="name" defaultValue=${user.name ?? ''} data-testid="settings-name" /></label>
      <div class="form-pair">
        <label><span>${t('settings.locale')}</span><select class="select" name="locale" data-testid="settings-locale">${options(LOCALES, user.locale)}</select></label>
        <label><span>${t('settings.time_zone')}</span><select class="select" name="time_zone" data-testid="settings-time-zone">${options(ZONES, user.time_zone)}</select></label>
      </div>
      ${error && html`<p class="banner error" role="alert">${error}</p>`}
      <div class="row end"><button type="submit" class="button primary" data-testid="settings-save">${t('common.save')}</button></div>
    </form>
  </section>`;
}
