import { html } from '../lib.js';
import { useStore } from '../store.js';
import { LANGUAGES, language, setLanguage, t } from '../i18n/index.js';
import { me } from '../me.js';
import { connection } from '../net/socket.js';
import { isExtractive, models } from '../models.js';
import { askPermission, permission } from '../activity/notifications.js';
import { setTheme, theme, THEMES } from '../theme.js';
import { Profile } from './profile.js';

function Choice({ name, label, value, options, onChange }) {
  return html`<fieldset class="segments"><legend>${label}</legend>
    ${options.map(([code, text]) => html`<label key=${code}><input type="radio" name=${name} value=${code} checked=${code === value} onChange=${() => onChange(code)} /><span>${text}</span></label>`)}
  </fieldset>`;
}

function Appearance() {
  const lang = useStore(language);
  const shown = useStore(theme);
  const state = useStore(permission);
  return html`<section class="section" aria-labelledby="appearance"><h2 id="appearance">${t('settings.appearance')}</h2>
    <${Choice} name="language" label=${t('settings.language')} value=${lang} options=${Object.entries(LANGUAGES)} onChange=${setLanguage} />
    <${Choice} name="theme" label=${t('settings.theme')} value=${shown} options=${THEMES.map((one) => [one, t(`theme.${one}`)])} onChange=${setTheme} />
    <div class="setting-row"><div><p>${t('notify.title')}</p><small>${t(`notify.${state}`)}</small></div>
      ${state === 'default' && html`<button type="button" class="button small" onClick=${askPermission}>${t('notify.allow')}</button>`}</div>
  </section>`;
}

function Models() {
  const { chat, standard } = useStore(models);
  const { state } = useStore(connection);
  return html`<section class="section" aria-labelledby="model-title"><h2 id="model-title">${t('settings.model')}</h2>
    <ul class="plain-list">${chat.map(
      ({ id, description }) => html`<li key=${id} class="setting-row" data-testid="model-item">
        <div><p><code>${id}</code>${id === standard?.id ? html` <span class="chip">${t('model.default')}</span>` : ''}</p>
        <small>${t(isExtractive(id) ? 'model.extractive_is' : 'model.llm')}</small>
        ${description && html`<small lang="en">${description}</small>`}</div></li>`,
    )}</ul>
    <div class="setting-row"><div><p>${t('settings.connection')}</p><small>${t('settings.connection_text')}</small></div>
      <span class="connection" data-state=${state}><i aria-hidden="true"></i>${t(`connection.${state}`)}</span></div>
  </section>`;
}

function Account() {
  const user = useStore(me);
  return html`<section class="section" aria-labelledby="account"><h2 id="account">${t('settings.account')}</h2>
    <div class="setting-row"><div><p>${user?.email ?? ''}</p><small>${t('account.lead')}</small></div>
      <a class="button" href="#/account">${t('account.open')}</a></div>
  </section>`;
}

export function SettingsView() {
  return html`<div class="page">
    <h1>${t('settings.title')}</h1>
    <${Profile} /><${Appearance} /><${Models} /><${Account} />
  </div>`;
}
