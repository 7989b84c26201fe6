package dev.mordomo.gateway;

import dev.mordomo.chat.TurnRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Reads a turn from a JSON object, the same on every face. */
public final class TurnFields {
  private static final int LONGEST_ID = 120;
  private static final int MOST_COLLECTIONS = 200;
  private static final int METADATA = 16_384;

  private TurnFields() {}

  /**
   * @param conversation from the address, where it is not a member
   * @throws dev.mordomo.kernel.Failure {@code invalid} naming every wrong field
   */
  public static TurnRequest read(Fields fields, Optional<UUID> conversation, String channel) {
    // How long it may be is the chat's to say.
    String content = fields.text("content", 1, Integer.MAX_VALUE);
    String clientMessageId = fields.text("client_message_id", 1, LONGEST_ID);
    Optional<String> model = fields.optionalText("model", 1, LONGEST_ID);
    Optional<List<UUID>> collections = fields.ids("collections", MOST_COLLECTIONS);
    boolean speech = fields.flag("speech", false);
    Optional<String> source = fields.optionalText("source", 1, LONGEST_ID);
    Map<String, Object> metadata = fields.map("metadata", METADATA).orElse(Map.of());
    Optional<TurnRequest.Audio> audio =
        fields
            .object("audio")
            .map(members ->
                new TurnRequest.Audio(
                    members.integer("duration_ms", 0, Integer.MAX_VALUE),
                    members.optionalText("transcription_model", 1, LONGEST_ID)));
    boolean interrupt = fields.flag("interrupt", false);
    Optional<Integer> spoken = fields.integer("spoken_chars", 0, Integer.MAX_VALUE);
    Optional<UUID> in =
        conversation.isPresent() ? conversation : fields.optionalId("conversation_id");
    fields.verify();
    return new TurnRequest(
        in,
        content,
        clientMessageId,
        model,
        collections,
        speech,
        source,
        metadata,
        audio,
        interrupt,
        spoken,
        channel);
  }
}
