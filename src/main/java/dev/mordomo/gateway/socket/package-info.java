/**
 * The WebSocket in the Centrifugo client protocol (JSON), and the hub that brings every channel's
 * events to the listeners of this node.
 *
 * <p>Hears {@code stream.advanced} and {@code identity.*}. Tables: none of its own; channels are
 * read through {@code Streams}.
 *
 * <p>Invariants: a listener gets each event once, in order, without a gap, from its entry on; a
 * reply to {@code subscribe} comes before the first push of that channel; nobody hears a channel
 * that is not theirs, and 103 is the same for those that exist and those that do not; memory per
 * slow client is bounded.
 *
 * <p>When a bus message is lost, the gap is read from PostgreSQL: seen at the next event, or by the
 * watchdog. When rows are gone, the listener is told to start anew.
 */
@org.jspecify.annotations.NullMarked
package dev.mordomo.gateway.socket;
