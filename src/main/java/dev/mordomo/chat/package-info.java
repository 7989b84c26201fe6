/**
 * Conversations, messages and turns: one user message, its retrieval, its answer and its actions.
 *
 * <p>Tables: {@code conversation}, {@code message}, {@code turn}, and the {@code conversation:}
 * channels of {@code event}. Announces on {@code stream.advanced} and {@code
 * chat.conversation.deleted}; hears {@code chat.turn.ended}, {@code chat.turn.cancel} and {@code
 * chat.turns.left} from every node.
 *
 * <p>Invariants: what a client was shown is stored first; the turns of a conversation run one at a
 * time, in order; a {@code client_message_id} is one turn for ever; a turn ends exactly once, with
 * one assistant message or none; only the turn that is its channel's writer can append to it.
 *
 * <p>What comes at once goes to PostgreSQL at once: beginnings and ends of turns ({@code
 * GroupCall}), and their words ({@code EventFlusher}), in one statement each.
 *
 * <p>When a node dies, its lease ends, and the reaper of any node marks its turns interrupted,
 * keeps what was said, and says so on the channel; turns that waited there are taken up by another.
 * A node judges others only after a lease of steady beats of its own, since after an outage of the
 * database every lease looks as if it had ended.
 *
 * <p>A stop is kept in the turn's row until the turn has ended: the bus only makes it quicker.
 *
 * <p>When the database is away, turns speak on in memory for {@code chat.store_patience}, and are
 * stored when it is back; ends wait without bound. When a connection breaks between a commit and
 * its answer, what is asked again finds what it did (V020__delivery.sql), and the beat finds turns
 * that this node's memory does not know.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.chat;
