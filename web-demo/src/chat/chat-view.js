// One conversation: its turns, and the place to write.
import { html, useEffect, useLayoutEffect, useRef, useState } from '../lib.js';
import { useStore } from '../store.js';
import { t } from '../i18n/index.js';
import { route } from '../router.js';
import { UploadList } from '../documents/upload-list.js';
import { Icon } from '../shell/icon.js';
import { Composer } from './composer.js';
import { conversation, openConversation, retry } from './conversation.js';
import { EmptyState } from './empty-state.js';
import { Turn } from './turn.js';
import { shownStatus } from './turns.js';

const NEAR_END = 120;

/** Follows the answer as it grows, unless the reader has scrolled up. */
function useFollow(state) {
  const scroller = useRef(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);
  const onScroll = () => {
    const { scrollHeight, scrollTop, clientHeight } = scroller.current;
    following.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
    setAway(!following.current);
  };
  const toEnd = () => {
    following.current = true;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    scroller.current.scrollTo({ top: scroller.current.scrollHeight, behavior: calm ? 'auto' : 'smooth' });
  };
  const last = state.turns.at(-1)?.key;
  useLayoutEffect(() => {
    // A message of one's own is always followed.
    following.current = true;
  }, [last, state.id]);
  useLayoutEffect(() => {
    if (following.current && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  }, [state]);
  return { scroller, onScroll, away, toEnd };
}

function Transcript({ state }) {
  const { scroller, onScroll, away, toEnd } = useFollow(state);
  return html`<div class="transcript" ref=${scroller} onScroll=${onScroll} data-testid="transcript">
      <div class="turns" role="log" aria-live="off" aria-label=${t('chat.transcript')}>
        ${state.turns.map((turn) => html`<${Turn} key=${turn.key} turn=${turn} status=${shownStatus(state, turn)} />`)}
      </div>
    </div>
    ${away && html`<button type="button" class="to-end" aria-label=${t('chat.to_end')} title=${t('chat.to_end')} onClick=${toEnd}><${Icon} name="down" /></button>`}`;
}

function body(state) {
  if (state.status === 'loading') return html`<div class="transcript"><div class="turns skeleton" aria-label=${t('common.loading')}><i></i><i></i><i></i><i></i></div></div>`;
  if (state.status === 'missing') return html`<div class="nothing"><h2>${t('chat.missing')}</h2><p>${t('chat.missing_text')}</p><a class="button" href="#/">${t('chat.new')}</a></div>`;
  if (state.status === 'unreadable') return html`<div class="nothing"><h2>${t('chat.unreadable')}</h2><button type="button" class="button" onClick=${retry}>${t('common.retry')}</button></div>`;
  if (state.turns.length === 0) return html`<${EmptyState} />`;
  return html`<${Transcript} state=${state} />`;
}

export function ChatView() {
  const { conversationId } = useStore(route);
  const state = useStore(conversation);
  useEffect(() => {
    openConversation(conversationId);
  }, [conversationId]);
  return html`<section class="chat" aria-label=${t('chat.label')}>
    ${body(state)}
    <${UploadList} />
    ${state.status !== 'missing' && html`<${Composer} key=${conversationId ?? 'new'} conversationId=${conversationId} state=${state} />`}
  </section>`;
}
