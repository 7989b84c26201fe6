// One user, as an administrator keeps them.
import { html, useEffect, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime } from '../dates.js';
import { api } from '../net/api.js';
import { notify, report } from '../notices.js';
import { Field, FormProblem, Select, Submit, useForm } from '../desk/form.js';
import { Modal } from '../desk/modal.js';
import { formatNumber } from '../desk/numbers.js';
import { madePassword, Secret } from '../desk/secret.js';
import { ask } from '../shell/dialog.js';

const ROLES = ['member', 'operator', 'admin', 'superuser'];

/** The roles that one may give: up to one's own. */
export const rolesFor = (user) => ROLES.slice(0, ROLES.indexOf(user.role) + 1).map((role) => [role, t(`role.${role}`)]);

function Change({ me, of, onChanged }) {
  const [quota, setQuota] = useState(null);
  useEffect(() => {
    api.get(`/users/${of.id}/quota`).then(setQuota, report);
  }, [of.id]);
  const self = of.id === me.id;
  const form = useForm(async ({ name, role, token_quota: tokens }) => {
    const changed = await api.patch(`/users/${of.id}`, { name: name.trim(), ...(role && role !== of.role && { role }) });
    const wanted = tokens === '' ? null : Number(tokens);
    if (quota && wanted !== quota.token_quota) setQuota(await api.put(`/users/${of.id}/quota`, { token_quota: wanted }));
    notify(t('settings.saved'), 'success');
    onChanged(changed);
  });
  const hint = quota ? t('users.quota_hint', { used: formatNumber(quota.tokens_consumed) }) : t('common.loading');
  return html`<form class="form" onSubmit=${form.submit}>
    <div class="form-pair">
      <${Field} id="one-name" label=${t('settings.name')} name="name" required maxlength="200" value=${of.name} data-testid="one-name" error=${form.errors.name} />
      <${Select} id="one-role" label=${t('users.role')} name="role" value=${of.role} options=${rolesFor(me)} disabled=${self} hint=${self ? t('users.not_oneself') : null} data-testid="one-role" error=${form.errors.role} />
    </div>
    <${Field} id="one-quota" label=${t('users.quota')} name="token_quota" type="number" min="0" step="1" value=${quota?.token_quota ?? ''} disabled=${!quota} hint=${hint} data-testid="one-quota" error=${form.errors.token_quota} />
    <${FormProblem} form=${form} />
    <div class="row end"><${Submit} form=${form} testid="one-save" /></div>
  </form>`;
}

function Deed({ title, text, label, testid, danger, onDo }) {
  return html`<div class="setting-row"><div><p>${title}</p><small>${text}</small></div>
    <button type="button" class=${danger ? 'button small danger' : 'button small'} data-testid=${testid} onClick=${onDo}>${label}</button></div>`;
}

const sure = (title, text, confirm, danger = false) => ask({ title, text, confirm, danger });

export function UserDialog({ me, of, onChange, onErased, onClose }) {
  const [one, setOne] = useState(of);
  const [password, setPassword] = useState(null);
  const changed = (next) => {
    setOne(next);
    onChange();
  };
  const guarded = (work) => () => work().catch(report);
  const activate = guarded(async () => {
    const wanted = !one.is_active;
    if (!wanted && !(await sure(t('users.deactivate'), t('users.deactivate_sure', { name: one.name }), t('users.deactivate'), true))) return;
    changed(await api.patch(`/users/${one.id}`, { is_active: wanted }));
  });
  const signOut = guarded(async () => {
    if (!(await sure(t('sessions.everywhere'), t('users.sign_out_sure', { name: one.name }), t('sessions.everywhere')))) return;
    await api.delete(`/users/${one.id}/sessions`);
    notify(t('users.signed_out'), 'success');
  });
  const reset = guarded(async () => {
    if (!(await sure(t('users.reset'), t('users.reset_sure', { name: one.name }), t('users.reset')))) return;
    const made = madePassword();
    await api.patch(`/users/${one.id}`, { password: made });
    setPassword(made);
  });
  const erase = guarded(async () => {
    const typed = await ask({ title: t('users.erase'), text: t('users.erase_sure'), confirm: t('users.erase'), danger: true, expect: one.email });
    if (typed) onErased(await api.delete(`/users/${one.id}`));
  });
  const self = one.id === me.id;
  return html`<${Modal} title=${one.name} testid="user-dialog" onClose=${onClose}>
    <p class="quiet">${one.email} · ${t('users.since', { date: formatDateTime(one.created_at) })}</p>
    ${password && html`<${Secret} label=${one.email} text=${t('users.password_once', { name: one.email })} value=${password} testid="user-password" onClose=${() => setPassword(null)} />`}
    <${Change} me=${me} of=${one} onChanged=${changed} />
    ${self
      ? html`<p class="banner">${t('users.oneself')} <a href="#/account" onClick=${onClose}>${t('account.open')}</a></p>`
      : html`<div>
          <${Deed} title=${t('users.reset')} text=${t('users.reset_text')} label=${t('users.reset_do')} testid="user-reset" onDo=${reset} />
          <${Deed} title=${t('sessions.everywhere')} text=${t('users.sign_out_text')} label=${t('settings.sign_out')} testid="user-sign-out" onDo=${signOut} />
          <${Deed} title=${t(one.is_active ? 'users.deactivate' : 'users.activate')} text=${t(one.is_active ? 'users.deactivate_text' : 'users.activate_text')} label=${t(one.is_active ? 'users.deactivate_do' : 'users.activate_do')} testid="user-activate" onDo=${activate} />
          <${Deed} title=${t('users.erase')} text=${t('users.erase_text')} label=${t('users.erase_do')} testid="user-erase" danger=${true} onDo=${erase} />
        </div>`}
  <//>`;
}
