/**
 * Conversations, messages and turns: one user message, its retrieval, its answer and its actions.
 *
 * <p>Tables: {@code conversation}, {@code message}, {@code turn}, and the {@code conversation:}
 * channels of {@code event}. Announces on {@code stream.advanced}; hears {@code chat.turn.ended}
 * and {@code chat.turn.cancel} from every node.
 *
 * <p>Invariants: what a client was shown is stored first; the turns of a conversation run one at a
 * time, in order; a {@code client_message_id} is one turn for ever; a turn ends exactly once, with
 * one assistant message or none; only the turn that is its channel's writer can append to it.
 *
 * <p>When a node dies, its lease ends, and the reaper of any node marks its turns interrupted,
 * keeps what was said, and says so on the channel.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.chat;
