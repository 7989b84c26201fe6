// The frame of the account's and the administrator's pages: their parts, and who may see them.
import { html, useEffect, useRef } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { me } from '../me.js';
import { Skeleton } from './paged.js';

const ADMINS = ['admin', 'superuser'];
export const isAdmin = (user) => ADMINS.includes(user?.role);
export const isSuperuser = (user) => user?.role === 'superuser';
export const isGuest = (user) => user?.role === 'guest';

/** A direct link to what one's role may not use. */
export function Denied({ title, role }) {
  return html`<div class="page" data-testid="denied"><h1>${title}</h1>
    <p class="banner" role="alert">${t('desk.denied', { role: t(`role.${role}`) })}</p>
    <p><a class="button" href="#/">${t('desk.home')}</a></p></div>`;
}

/** On a phone the parts do not all fit: the one that is open is brought into sight. */
function Parts({ page, title, offered, shown }) {
  const list = useRef(null);
  useEffect(() => {
    list.current.querySelector('[aria-current]').scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [shown]);
  return html`<nav ref=${list} class="parts" aria-label=${title}>${offered.map(
    ({ name, text }) => html`<a key=${name} href=${`#/${page}/${name}`} data-testid=${`part-${name}`} aria-current=${name === shown ? 'page' : undefined}>${text}</a>`,
  )}</nav>`;
}

/** `parts`: [{name, text, view, may(user)}, …]; the first that one may see is the page's own. */
export function Frame({ page, title, lead, parts, part }) {
  const user = useStore(me);
  if (!user) return html`<div class="page"><h1>${title}</h1><${Skeleton} /></div>`;
  const offered = parts.filter(({ may }) => may(user));
  const shown = part ? offered.find(({ name }) => name === part) : offered[0];
  if (!shown) return html`<${Denied} title=${title} role=${user.role} />`;
  return html`<div class="page desk" data-testid=${`page-${page}`} data-part=${shown.name}>
    <h1>${title}</h1>
    <p class="lead">${lead}</p>
    <${Parts} page=${page} title=${title} offered=${offered} shown=${shown.name} />
    <${shown.view} key=${shown.name} user=${user} />
  </div>`;
}

export function Section({ id, title, lead, tools, children }) {
  return html`<section class="section" aria-labelledby=${id}>
    <header class="section-head"><h2 id=${id}>${title}</h2>${tools}</header>
    ${lead && html`<p class="lead small">${lead}</p>`}
    ${children}
  </section>`;
}
