import { html } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { me } from '../me.js';
import { answeringModel, isExtractive, models } from '../models.js';
import { Icon } from '../shell/icon.js';
import { send } from './conversation.js';

const EXAMPLES = ['example.1', 'example.2', 'example.3'];

/** Morning, afternoon or evening, by the clock of this browser. */
function greeting() {
  const hour = new Date().getHours();
  if (hour >= 5 && hour < 12) return 'greet.morning';
  return hour >= 12 && hour < 19 ? 'greet.afternoon' : 'greet.evening';
}

function Honesty() {
  useStore(models);
  const model = answeringModel();
  if (!model) return null;
  const text = isExtractive(model.id) ? t('model.extractive') : model.description || t('model.llm');
  return html`<p class="honesty" data-testid="model-description" data-model=${model.id} title=${model.description}><code>${model.id}</code> ${text}</p>`;
}

export function EmptyState() {
  const user = useStore(me);
  const name = (user?.name ?? '').split(' ')[0];
  return html`<div class="welcome">
    <h2>${t(greeting())}${name ? `, ${name}` : ''}.</h2>
    <p class="lead">${t('chat.welcome')}</p>
    <ul class="examples">
      ${EXAMPLES.map(
        (key) => html`<li key=${key}><button type="button" data-testid="example-question" onClick=${() => send(t(key))}>
          <span>${t(key)}</span><${Icon} name="forward" />
        </button></li>`,
      )}
    </ul>
    <${Honesty} />
  </div>`;
}
