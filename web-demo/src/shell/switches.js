import { html } from '../lib.js';
import { useStore } from '../store.js';
import { language, LANGUAGES, setLanguage, t } from '../i18n/index.js';
import { setTheme, shownTheme, theme } from '../theme.js';
import { IconButton } from './icon.js';

export function LanguageSwitch() {
  const current = useStore(language);
  return html`<select class="select small" aria-label=${t('settings.language')} data-testid="language-switch"
    value=${current} onChange=${(event) => setLanguage(event.target.value)}>
    ${Object.entries(LANGUAGES).map(([code, name]) => html`<option key=${code} value=${code} lang=${code} selected=${code === current}>${name}</option>`)}
  </select>`;
}

export function ThemeSwitch() {
  useStore(theme);
  const dark = shownTheme() === 'dark';
  return html`<${IconButton}
    icon=${dark ? 'sun' : 'moon'}
    label=${dark ? t('theme.to_light') : t('theme.to_dark')}
    data-testid="theme-switch"
    data-theme-shown=${dark ? 'dark' : 'light'}
    onClick=${() => setTheme(dark ? 'light' : 'dark')}
  />`;
}
