// Line icons on a 24-unit grid. Always decoration: the button around one carries the label.
import { html } from '../lib.js';

const SHAPES = {
  menu: 'M4 7h16M4 12h16M4 17h10',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8z',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  retry: 'M5 12a7 7 0 1 0 2.200-5.100M5 4v4h4',
  forward: 'M5 12h13M13 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  like: 'M8 11v9H4v-9zM8 11l4-8c1.700 0 2.600 1.200 2.300 2.800L13.800 9H19c1 0 1.700.9 1.500 1.900l-1.300 7.300c-.2 1-1.100 1.800-2.200 1.800H8',
  dislike: 'M16 13V4h4v9zM16 13l-4 8c-1.700 0-2.600-1.200-2.300-2.800l.5-3.200H5c-1 0-1.700-.9-1.500-1.900l1.300-7.300C5 4.800 5.900 4 7 4h9',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.500 2h-15zM10 20.500h4',
  clock: 'M12 7.500V12l3 2M20.500 12a8.500 8.500 0 1 1-17 0 8.500 8.500 0 0 1 17 0z',
  bolt: 'M13 3L5.500 13.500H11L10 21l8-11h-5.500z',
  document: 'M6 3.500h8l4 4v13H6zM14 3.500v4h4M9 12.500h6M9 16h4',
  attach: 'M19 11l-7.500 7.500a4.600 4.600 0 0 1-6.500-6.500L13 4a3.100 3.100 0 0 1 4.400 4.400l-7.800 7.800a1.500 1.500 0 0 1-2.200-2.200L14.500 7',
  upload: 'M12 16V5M7 9.500L12 5l5 4.500M5 19h14',
  download: 'M12 5v11M7 11.500L12 16l5-4.500M5 19.500h14',
  trash: 'M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10.500 11v5M13.500 11v5',
  edit: 'M5 19l1-4L16 5l3 3L9 18zM14 7l3 3',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  settings: 'M4 7.500h9M17 7.500h3M4 16.500h3M11 16.500h9M13 5.300v4.400M17 5.300v4.400M7 14.300v4.400M11 14.300v4.400M13 5.300h4M13 9.700h4M7 14.300h4M7 18.700h4',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M18.700 5.300l-1.400 1.400M6.700 17.300l-1.400 1.400',
  moon: 'M19.500 14.200A8 8 0 0 1 9.800 4.500a8 8 0 1 0 9.700 9.700z',
  signout: 'M10 4.500H5v15h5M14 8l4 4-4 4M18 12H9.500',
  chat: 'M4 5h16v11.500H11L7 20v-3.500H4z',
  key: 'M8.500 11.500a4 4 0 1 1 0 5.600 4 4 0 0 1 0-5.600zM14 11.600L20 5.500M17 8.500l2.500 2.500',
  device: 'M9 18.500h6M12 18.500V15M5 4.500h14V15H5z',
  quote: 'M5 17c2.500-1 4-3 4-6.500H5V6h5.500v5c0 4-1.800 6.800-5.500 8zM14 17c2.500-1 4-3 4-6.500h-4V6h5.500v5c0 4-1.800 6.800-5.500 8z',
  repeat: 'M5 10V8.500h13l-2.500-2.500M19 14v1.500H6l2.500 2.500',
  alert: 'M12 4.500L21 19.500H3zM12 10v4.500M12 17.200v.1',
  person: 'M12 4.500a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.500 20a7.500 7.500 0 0 1 15 0',
  shield: 'M12 3.500l7 2.500v5.500c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9V6zM9 12l2.200 2.200L15.500 10',
  search: 'M10.500 4.500a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5',
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${SHAPES[name]} />
  </svg>`;
}

/** The house's mark: a bow tie. */
export function Mark() {
  return html`<svg class="mark-tie" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="9" />
    <path d="M15.200 14.300 7.900 10.700C6.900 10.200 6 10.800 6 11.800v8.400c0 1 .9 1.600 1.900 1.100l7.300-3.600zM16.800 14.300 24.100 10.700c1-.5 1.900.1 1.900 1.100v8.400c0 1-.9 1.600-1.900 1.100l-7.300-3.600z" />
    <rect class="knot" x="13.400" y="13" width="5.200" height="6" rx="1.600" />
  </svg>`;
}

export function IconButton({ icon, label, ...rest }) {
  return html`<button type="button" class="icon-button" aria-label=${label} title=${label} ...${rest}>
    <${Icon} name=${icon} />
  </button>`;
}
