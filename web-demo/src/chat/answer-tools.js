// What can be done with an answer: copy, judge, ask again, go on.
import { html, useState } from '../lib.js';
import { t } from '../i18n/index.js';
import { api } from '../net/api.js';
import { answeringModel, isExtractive } from '../models.js';
import { notify, report } from '../notices.js';
import { Icon, IconButton } from '../shell/icon.js';
import { ask } from '../shell/dialog.js';
import { answer as answerTurn } from './conversation.js';

const GOOD = 5;
const BAD = 1;

async function copyText(text) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    // Plain http away from loopback has no clipboard API.
    const area = Object.assign(document.createElement('textarea'), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  notify(t('answer.copied'), 'success');
}

function Feedback({ answer }) {
  const [score, setScore] = useState(answer.feedback?.score ?? null);
  const give = async (next) => {
    const comment = next === BAD ? await ask({ title: t('feedback.why'), text: t('feedback.optional'), confirm: t('feedback.give'), input: '', optional: true }) : '';
    if (comment === null) return;
    try {
      await api.put(`/messages/${answer.messageId}/feedback`, { score: next, ...(comment && { comment }) });
      setScore(next);
      notify(t('feedback.thanks'), 'success');
    } catch (error) {
      report(error);
    }
  };
  return html`<${IconButton} icon="like" label=${t('feedback.good')} aria-pressed=${score !== null && score > 3} data-testid="feedback-good" onClick=${() => give(GOOD)} />
    <${IconButton} icon="dislike" label=${t('feedback.bad')} aria-pressed=${score !== null && score < 3} data-testid="feedback-bad" onClick=${() => give(BAD)} />`;
}

function Facts({ answer }) {
  const model = isExtractive(answer.model) ? t('model.extractive_name') : answer.model;
  const seconds = answer.latencyMs === null || answer.latencyMs === undefined ? null : (answer.latencyMs / 1000).toFixed(1);
  const tokens = answer.tokens ? (answer.tokens.prompt ?? 0) + (answer.tokens.completion ?? 0) : 0;
  const parts = [model, seconds && t('answer.seconds', { seconds }), tokens > 0 && t('answer.tokens', { count: tokens })];
  return html`<span class="facts">${parts.filter(Boolean).join(' · ')}</span>`;
}

export function AnswerTools({ turn, status }) {
  const { answer } = turn;
  const broken = status === 'failed' || status === 'interrupted';
  const canContinue = broken && answer?.text && !isExtractive(answeringModel()?.id);
  return html`<div class="answer-tools">
    ${broken && turn.question && html`<button type="button" class="button small" data-testid="answer-retry" onClick=${() => answerTurn(turn, 'regenerate')}><${Icon} name="retry" />${t('answer.retry')}</button>`}
    ${canContinue && html`<button type="button" class="button small" data-testid="answer-continue" onClick=${() => answerTurn(turn, 'continue')}>${t('answer.continue')}</button>`}
    ${answer?.text && html`<${IconButton} icon="copy" label=${t('answer.copy')} data-testid="answer-copy" onClick=${() => copyText(answer.text).catch(report)} />`}
    ${answer?.messageId && answer.text && html`<${Feedback} answer=${answer} />`}
    ${answer?.text && html`<${Facts} answer=${answer} />`}
  </div>`;
}
