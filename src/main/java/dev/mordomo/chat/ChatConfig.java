package dev.mordomo.chat;

import dev.mordomo.kernel.Settings;
import java.time.Duration;

/**
 * @param messageChars the longest message, in UTF-16 units
 * @param queuedTurns how many turns may wait in one conversation
 * @param turnDeadline after which a turn fails, whatever its model does
 * @param deltaJoin small pieces of an answer are joined for about this long
 * @param nodeLease after which a silent node's turns are taken
 * @param rewrites whether the turn's model may make the question that is searched
 * @param rewriteDeadline after which that is done by rule
 * @param threads virtual-thread contexts that turns run on
 * @param messageVectors whether messages are embedded, to be found by meaning
 * @param messageVectorsShare of the time that a node may work at that when no turn runs, above 0 to
 *     1
 * @param drain at a stop, how long running turns may take to end
 * @param storePatience how long an answer may wait for the database before its turn stops
 * @param toolRounds how often a model may ask for tools within a turn
 */
public record ChatConfig(
    int messageChars,
    int queuedTurns,
    Duration turnDeadline,
    Duration deltaJoin,
    Duration nodeLease,
    Duration storePatience,
    int toolRounds,
    double temperature,
    int maxTokens,
    String instructions,
    boolean rewrites,
    Duration rewriteDeadline,
    boolean messageVectors,
    double messageVectorsShare,
    int threads,
    Duration drain) {

  public static ChatConfig from(Settings settings) {
    return new ChatConfig(
        settings.integer("limits.message_chars", 32_000, 1, 1_000_000),
        settings.integer("chat.queued_turns", 5, 0, 100),
        settings.duration("chat.turn_deadline", Duration.ofMinutes(5)),
        settings.duration("chat.delta_join", Duration.ofMillis(25)),
        settings.duration("chat.node_lease", Duration.ofSeconds(5)),
        settings.duration("chat.store_patience", Duration.ofSeconds(30)),
        settings.integer("chat.tool_rounds", 5, 1, 20),
        settings.decimal("chat.temperature", 0.7, 0, 2),
        settings.integer("chat.max_tokens", 1024, 1, 1_000_000),
        settings.text("chat.instructions", ""),
        settings.flag("chat.rewrite", true),
        settings.duration("chat.rewrite_deadline", Duration.ofSeconds(3)),
        settings.flag("chat.message_vectors", true),
        settings.decimal("chat.message_vectors_share", 0.2, 0.001, 1),
        settings.integer("chat.threads", 4, 1, 64),
        settings.duration("chat.drain", Duration.ofSeconds(10)));
  }
}
