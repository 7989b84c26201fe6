// Where one writes. Enter sends, Shift+Enter makes a line; while an answer comes, it can be stopped.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { connection } from '../net/socket.js';
import { answeringModel, chooseModel, isExtractive, models } from '../models.js';
import { isGuest } from '../desk/frame.js';
import { addToOwn } from '../documents/drop.js';
import { FileInput } from '../documents/file-input.js';
import { me } from '../me.js';
import { Icon, IconButton } from '../shell/icon.js';
import { send, stopAnswer } from './conversation.js';
import { keepDraft, readDraft } from './drafts.js';
import { activeTurn, shownStatus } from './turns.js';

const MOST_CHARACTERS = 32_000;
const WARN_BELOW = 1_000;

const attach = (open) => html`<${IconButton} icon="attach" label=${t('composer.attach')} data-testid="composer-attach" onClick=${open} />`;

/** As high as its text; the style sheet sets the most. */
function useGrowing(element, text) {
  useLayoutEffect(() => {
    const { style } = element.current;
    style.height = 'auto';
    style.height = `${element.current.scrollHeight}px`;
  }, [text]);
}

function ModelChoice() {
  const { chat } = useStore(models);
  const current = answeringModel();
  if (!current) return null;
  const name = isExtractive(current.id) ? t('model.extractive_name') : current.id;
  if (chat.length < 2) return html`<span class="answers-by" title=${current.id} data-testid="answering-model">${t('model.answers', { name })}</span>`;
  return html`<select class="select small" aria-label=${t('model.choose')} data-testid="model-switch" onChange=${(event) => chooseModel(event.target.value)}>
    ${chat.map(({ id }) => html`<option key=${id} value=${id} selected=${id === current.id}>${id}</option>`)}
  </select>`;
}

function Hint({ text, waiting, connected }) {
  const left = MOST_CHARACTERS - text.length;
  if (left < WARN_BELOW) return html`<span class="composer-hint" role="status">${t('composer.left', { count: left })}</span>`;
  if (!connected) return html`<span class="composer-hint" data-testid="composer-offline">${t('composer.offline')}</span>`;
  if (waiting > 0) return html`<span class="composer-hint" role="status" data-testid="queue-indication">${t('composer.queued', { count: waiting })}</span>`;
  return html`<span class="composer-hint keys">${t('composer.keys')}</span>`;
}

export function Composer({ conversationId, state }) {
  const [text, setText] = useState(() => readDraft(conversationId));
  const input = useRef(null);
  const { state: line } = useStore(connection);
  const user = useStore(me);
  const active = activeTurn(state);
  const waiting = state.turns.filter((turn) => shownStatus(state, turn) === 'queued').length;
  useGrowing(input, text);
  useEffect(() => {
    // On a phone, focus would raise the keyboard over what one came to read.
    if (matchMedia('(pointer: fine)').matches) input.current.focus({ preventScroll: true });
  }, []);
  const write = (next) => {
    setText(next);
    keepDraft(conversationId, next);
  };
  const submit = (event) => {
    event.preventDefault();
    const content = text.trim();
    if (!content || content.length > MOST_CHARACTERS) return;
    send(content);
    write('');
    input.current.focus();
  };
  const onKeyDown = (event) => {
    // Enter also confirms a word of an input method: that one is not ours.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event);
  };
  const stop = async () => {
    await stopAnswer();
    input.current?.focus();
  };
  return html`<form class="composer" onSubmit=${submit} aria-label=${t('composer.label')}>
    <div class="composer-box">
      <textarea ref=${input} rows="1" value=${text} placeholder=${t('composer.placeholder')} aria-label=${t('composer.placeholder')}
        data-testid="composer-input" enterkeyhint="send" onInput=${(event) => write(event.target.value)} onKeyDown=${onKeyDown}></textarea>
      <div class="composer-row">
        ${!isGuest(user) && html`<${FileInput} label=${t('composer.attach')} onFiles=${addToOwn} testid="composer-file" button=${attach} />`}
        <${ModelChoice} />
        <${Hint} text=${text} waiting=${waiting} connected=${line === 'connected'} />
        ${active && html`<button type="button" class="round stop" aria-label=${t('composer.stop')} title=${t('composer.stop')} data-testid="composer-stop" disabled=${!active.turnId} onClick=${stop}><${Icon} name="stop" /></button>`}
        <button type="submit" class="round send" aria-label=${t('composer.send')} title=${t('composer.send')} data-testid="composer-send" disabled=${!text.trim() || text.trim().length > MOST_CHARACTERS}><${Icon} name="send" /></button>
      </div>
    </div>
  </form>`;
}
