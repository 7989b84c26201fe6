package dev.mordomo.cluster;

import java.util.Optional;

/**
 * One message of one client, and what the client was told of it.
 *
 * @param id the client_message_id
 * @param turn empty: it was never acknowledged
 * @param end the type of the event that ended the turn, {@code turn.completed} and so on; empty:
 *     the client did not hear it
 * @param heard the answer's deltas as they came, in order
 * @param whole whether the client heard every delta, from its beginning to the end
 * @param cancelled whether the client asked to stop it
 */
record Talk(
    String id,
    String words,
    Optional<String> turn,
    Optional<String> end,
    String heard,
    boolean whole,
    boolean cancelled) {}
