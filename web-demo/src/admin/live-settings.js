// Settings that change while the server runs.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { notify, report } from '../notices.js';
import { Field, FormProblem, Select, Submit, useForm } from '../desk/form.js';
import { isSuperuser, Section } from '../desk/frame.js';
import { Skeleton, Unread } from '../desk/paged.js';

/** As the key wants it: what is a number stays one. */
function typed(entry, text) {
  if (typeof entry.value === 'boolean') return text === 'true';
  if (typeof entry.value === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

const changedOf = (list, values) => Object.fromEntries(list.filter((one) => !one.locked && values[one.key] !== undefined && values[one.key] !== String(one.value)).map((one) => [one.key, typed(one, values[one.key])]));

function Entry({ entry, error, resets, onReset }) {
  const source = [t(`config.source.${entry.source}`), entry.updated_at && formatDateTime(entry.updated_at)].filter(Boolean).join(' · ');
  const hint = html`<span lang="en">${entry.description}</span> <span class="chip">${source}</span>${entry.locked ? html` <span class="chip">${t('config.locked')}</span>` : ''}`;
  const common = { id: `config-${entry.key}`, label: html`<code>${entry.key}</code>`, name: entry.key, disabled: entry.locked, hint, error, 'data-testid': 'config-value', 'data-key': entry.key };
  return html`<div class="config-entry" data-testid="config-entry" data-key=${entry.key} data-source=${entry.source}>
    ${typeof entry.value === 'boolean'
      ? html`<${Select} ...${common} value=${String(entry.value)} options=${['true', 'false'].map((one) => [one, t(`config.${one}`)])} />`
      : html`<${Field} ...${common} value=${String(entry.value)} inputmode=${typeof entry.value === 'number' ? 'decimal' : undefined} autocomplete="off" />`}
    ${resets && html`<button type="button" class="button small" data-testid="config-reset" aria-label=${t('config.reset_one', { key: entry.key })} onClick=${() => onReset(entry)}>${t('config.reset')}</button>`}
  </div>`;
}

function SettingsForm({ user, list, onChange }) {
  const form = useForm(async (values) => {
    const changed = changedOf(list, values);
    if (Object.keys(changed).length === 0) return notify(t('config.unchanged'));
    onChange((await api.patch('/config', changed)).data);
    return notify(t('config.changed', { count: Object.keys(changed).length }), 'success');
  });
  const reset = async (entry) => {
    try {
      onChange((await api.patch('/config', { [entry.key]: null })).data);
      notify(t('settings.saved'), 'success');
    } catch (error) {
      report(error);
    }
  };
  // Each resets what was set at their own level.
  const level = isSuperuser(user) ? 'installation' : 'tenant';
  return html`<form class="form" novalidate onSubmit=${form.submit} data-testid="config-form">
    ${list.map((entry) => html`<${Entry} key=${`${entry.key} ${entry.value}`} entry=${entry} error=${form.errors[entry.key]} resets=${entry.source === level} onReset=${reset} />`)}
    <${FormProblem} form=${form} />
    <div class="row end"><${Submit} form=${form} testid="config-save" /></div>
  </form>`;
}

export function LiveSettings({ user }) {
  const [state, setState] = useState({ list: null, error: null });
  const load = () => {
    api.get('/config').then(
      ({ data }) => setState({ list: data, error: null }),
      (error) => setState({ list: null, error }),
    );
  };
  useEffect(load, []);
  return html`<${Section} id="config" title=${t('config.title')} lead=${t(isSuperuser(user) ? 'config.lead_all' : 'config.lead')}>
    ${state.error ? html`<${Unread} error=${state.error} onRetry=${load} />` : state.list ? html`<${SettingsForm} user=${user} list=${state.list} onChange=${(list) => setState({ list, error: null })} />` : html`<${Skeleton} />`}
  <//>`;
}
