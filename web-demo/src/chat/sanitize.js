// The last word before HTML reaches the page.
import '../../vendor/dompurify-3.4.18/purify.min.js';

const { DOMPurify } = globalThis;

const RULES = {
  ALLOWED_TAGS: [
    'p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li',
    'h3', 'h4', 'h5', 'h6', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'div', 'span', 'button', 'input',
  ],
  ALLOWED_ATTR: [
    'href', 'target', 'rel', 'type', 'class', 'tabindex', 'start', 'checked', 'disabled', 'aria-label',
    'data-testid', 'data-citation', 'data-language',
  ],
  ALLOW_DATA_ATTR: false,
};

export const sanitize = (html) => DOMPurify.sanitize(html, RULES);
