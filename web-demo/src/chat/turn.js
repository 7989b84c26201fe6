// One question and its answer.
import { html, useEffect, useRef } from '../lib.js';
import { t } from '../i18n/index.js';
import { announce } from '../shell/announcer.js';
import { TurnAction } from '../activity/action-card.js';
import { Answer } from './answer.js';
import { AnswerTools } from './answer-tools.js';
import { plainText } from './markdown.js';
import { sendAgain } from './conversation.js';
import { Icon } from '../shell/icon.js';
import { explain } from '../shell/explain.js';
import { Problem } from '../net/problem.js';

const QUESTION_NOTES = { sending: 'turn.sending', unsent: 'turn.unsent', queued: 'turn.queued' };
const ANSWER_STATES = { running: 'streaming', completed: 'completed', interrupted: 'interrupted', failed: 'failed' };

function Question({ turn, status }) {
  if (!turn.question) return null;
  const note = QUESTION_NOTES[status];
  return html`<div class="message user" data-testid="message-user" data-state=${status} data-turn-id=${turn.turnId}>
    <h2 class="visually-hidden">${t('turn.you')}</h2>
    <p class="bubble">${turn.question.text}</p>
    ${note && html`<p class="note"><${Icon} name="clock" />${t(note)}</p>`}
    ${status === 'refused' &&
    html`<div class="note error" role="alert"><${Icon} name="alert" /><span>${explain(turn.error)}</span>
      <button type="button" class="button small" data-testid="message-resend" onClick=${() => sendAgain(turn)}>${t('common.retry')}</button></div>`}
  </div>`;
}

const failureText = (error) => (error ? explain(new Problem(error)) : t('turn.failed'));

function Outcome({ turn, status }) {
  if (status === 'failed') {
    return html`<p class="note error" role="alert"><${Icon} name="alert" />${failureText(turn.error)}</p>`;
  }
  if (turn.answer?.cutBy === 'quota') {
    return html`<p class="note error" role="status"><${Icon} name="alert" />${t('turn.cut_by_quota')}</p>`;
  }
  if (status !== 'interrupted') return null;
  return html`<p class="note"><${Icon} name="stop" />${turn.answer?.text ? t('turn.interrupted') : t('turn.no_answer')}</p>`;
}

/** Says that an answer comes, and then the whole of it: a word at a time nobody can listen to. */
function useSpokenAnswer(turn, status) {
  const before = useRef(status);
  useEffect(() => {
    const was = before.current;
    before.current = status;
    if (was === status) return;
    if (status === 'running') announce(t('turn.answering'));
    if (was === 'running' && status !== 'running') announce(plainText(turn.answer?.text ?? '') || t(`turn.${status}`));
  }, [status]);
}

export function Turn({ turn, status }) {
  useSpokenAnswer(turn, status);
  const state = ANSWER_STATES[status];
  return html`<article class="turn">
    <${Question} turn=${turn} status=${status} />
    ${state &&
    html`<div class="message assistant" data-testid="message-assistant" data-state=${state} data-turn-id=${turn.turnId} aria-busy=${state === 'streaming'}>
      <h2 class="visually-hidden">Mordomo</h2>
      <${Answer} answer=${turn.answer} streaming=${state === 'streaming'} />
      ${turn.actions.length > 0 && html`<ul class="turn-actions">${turn.actions.map((action) => html`<${TurnAction} key=${action.id} action=${action} />`)}</ul>`}
      <${Outcome} turn=${turn} status=${status} />
      ${state !== 'streaming' && html`<${AnswerTools} turn=${turn} status=${status} />`}
    </div>`}
  </article>`;
}
