// Forms that say what was wrong beside the field that it is about.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { explained } from '../notices.js';
import { fieldErrors } from './field-errors.js';

const IDLE = { busy: false, errors: {}, problem: null };

/** `send(values, form)`; what it throws is shown, at its fields where the server names them. */
export function useForm(send) {
  const [state, setState] = useState(IDLE);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.target;
    setState({ ...IDLE, busy: true });
    try {
      await send(Object.fromEntries(new FormData(form)), form);
      setState(IDLE);
    } catch (error) {
      const errors = fieldErrors(error, (name) => form.elements.namedItem(name) !== null);
      const shown = Object.keys(errors).filter((name) => form.elements.namedItem(name));
      setState({ busy: false, errors, problem: shown.length > 0 && shown.length === Object.keys(errors).length ? null : explained(error) });
      if (shown.length > 0) form.elements.namedItem(shown[0]).focus?.();
    }
  };
  return { ...state, submit };
}

const describedBy = (id, hint, error) => [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;

function Around({ id, label, hint, error, children }) {
  return html`<div class="form-field">
    <label for=${id}>${label}</label>
    ${children}
    ${hint && html`<p class="fine" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="field-error" id=${`${id}-error`} data-testid="field-error">${error}</p>`}
  </div>`;
}

/** What is typed stays when the form is drawn again; only a field that listens is told its value. */
export function Field({ id, label, hint, error, value, ...input }) {
  const text = input.onInput ? { value } : { defaultValue: value };
  return html`<${Around} id=${id} label=${label} hint=${hint} error=${error}>
    <input id=${id} class="field" aria-invalid=${error ? 'true' : undefined} aria-describedby=${describedBy(id, hint, error)} ...${text} ...${input} />
  <//>`;
}

/** `options`: [[value, text], …]. */
export function Select({ id, label, hint, error, options, value, ...rest }) {
  return html`<${Around} id=${id} label=${label} hint=${hint} error=${error}>
    <select id=${id} class="select" aria-invalid=${error ? 'true' : undefined} aria-describedby=${describedBy(id, hint, error)} ...${rest}>
      ${options.map(([code, text]) => html`<option key=${code} value=${code} selected=${code === value}>${text}</option>`)}
    </select>
  <//>`;
}

export const FormProblem = ({ form }) => form.problem && html`<p class="banner error" role="alert" data-testid="form-problem">${form.problem}</p>`;

/** The button that sends; `quiet` where it is one of several. */
export function Submit({ form, text = t('common.save'), testid, kind = 'primary' }) {
  return html`<button type="submit" class=${`button ${kind}`} disabled=${form.busy} data-testid=${testid}>${text}</button>`;
}
