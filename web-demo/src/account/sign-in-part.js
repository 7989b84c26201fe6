import { html } from '../lib.js';
import { t } from '../i18n/index.js';
import { formatDateTime, formatRelative } from '../dates.js';
import { api } from '../net/api.js';
import { signIn, signOut } from '../net/session.js';
import { startSocket, stopSocket } from '../net/socket.js';
import { notify, report } from '../notices.js';
import { Field, FormProblem, Submit, useForm } from '../desk/form.js';
import { Section } from '../desk/frame.js';
import { usePages } from '../desk/pages.js';
import { Paged } from '../desk/paged.js';
import { Table } from '../desk/table.js';
import { ask } from '../shell/dialog.js';
import { Icon } from '../shell/icon.js';
import { deviceOf } from './device.js';

/** As the server wants it. */
const SHORTEST = 8;

async function everywhere() {
  const sure = await ask({ title: t('sessions.everywhere'), text: t('sessions.everywhere_sure'), confirm: t('sessions.everywhere_do'), danger: true });
  // Where it did not arrive, others are still signed in: that is told.
  if (sure) await signOut({ everywhere: true }).catch(report);
}

function Who({ user }) {
  return html`<${Section} id="who" title=${user.name}>
    <p data-testid="account-who">${user.email ?? ''} <span class="chip">${t(`role.${user.role}`)}</span></p>
    <div class="row">
      <button type="button" class="button" data-testid="sign-out" onClick=${() => signOut()}><${Icon} name="signout" />${t('settings.sign_out')}</button>
      <button type="button" class="button" data-testid="sign-out-everywhere" onClick=${everywhere}>${t('sessions.everywhere')}</button>
    </div>
    <p class="fine">${t('settings.sign_out_text')}</p>
  <//>`;
}

const when = (iso) => html`<time datetime=${iso} title=${formatDateTime(iso)}>${formatRelative(iso)}</time>`;

function Sessions() {
  const pages = usePages('/me/sessions');
  const end = async (session) => {
    const name = deviceOf(session.user_agent) || t('sessions.unknown');
    const sure = await ask({ title: t('sessions.end_one', { name }), text: t('sessions.end_sure'), confirm: t('sessions.end'), danger: true });
    if (!sure) return;
    try {
      await api.delete(`/me/sessions/${session.id}`);
      notify(t('sessions.ended'), 'success');
      pages.reload();
    } catch (error) {
      report(error);
    }
  };
  const columns = [
    {
      key: 'device',
      label: t('sessions.device'),
      show: (one) => html`<span title=${one.user_agent}>${deviceOf(one.user_agent) || t('sessions.unknown')}</span>${one.is_current ? html` <span class="chip accent">${t('sessions.here')}</span>` : ''}`,
    },
    { key: 'address', label: t('sessions.address'), show: (one) => html`<code>${one.address || '–'}</code>` },
    { key: 'used', label: t('sessions.used'), show: (one) => when(one.last_used_at) },
    { key: 'since', label: t('sessions.since'), show: (one) => when(one.created_at) },
    {
      key: 'end',
      label: t('sessions.end'),
      quiet: true,
      show: (one) =>
        !one.is_current &&
        html`<button type="button" class="button small" data-testid="session-end" aria-label=${t('sessions.end_one', { name: deviceOf(one.user_agent) || t('sessions.unknown') })} onClick=${() => end(one)}>${t('sessions.end')}</button>`,
    },
  ];
  return html`<${Section} id="sessions" title=${t('sessions.title')} lead=${t('sessions.lead')}>
    <${Paged} pages=${pages} none=${t('sessions.none')}>
      <${Table} caption=${t('sessions.title')} columns=${columns} list=${pages.list} testid="sessions" attributes=${(one) => ({ 'data-current': String(one.is_current) })} />
    <//>
  <//>`;
}

function Password({ user }) {
  const form = useForm(async ({ current_password: current, password }, element) => {
    // A new password ends every session, this one included: we come back with it.
    stopSocket();
    try {
      await api.patch('/me', { current_password: current, password });
      await signIn(user.email, password);
    } finally {
      startSocket();
    }
    element.reset();
    notify(t('password.changed'), 'success');
  });
  return html`<${Section} id="password" title=${t('password.title')} lead=${t('password.lead')}>
    <form class="form" onSubmit=${form.submit}>
      <input class="visually-hidden" type="email" autocomplete="username" value=${user.email} tabindex="-1" aria-hidden="true" readonly />
      <div class="form-pair">
        <${Field} id="password-current" label=${t('password.current')} name="current_password" type="password" autocomplete="current-password" required error=${form.errors.current_password} />
        <${Field} id="password-new" label=${t('password.new')} name="password" type="password" autocomplete="new-password" required hint=${t('password.rule', { count: SHORTEST })} error=${form.errors.password} />
      </div>
      <${FormProblem} form=${form} />
      <div class="row end"><${Submit} form=${form} text=${t('password.change')} testid="password-change" kind="" /></div>
    </form>
  <//>`;
}

export function SignInPart({ user }) {
  return html`<${Who} user=${user} /><${Sessions} />${user.email && html`<${Password} user=${user} />`}`;
}
