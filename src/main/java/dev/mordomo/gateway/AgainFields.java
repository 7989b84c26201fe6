package dev.mordomo.gateway;

import java.util.Optional;

/**
 * How an answer is to be made again, the same on every face.
 *
 * @param clientMessageId an id of the client's for the new turn
 * @param model another one than before
 */
public record AgainFields(Optional<String> clientMessageId, Optional<String> model) {
  private static final int LONGEST = 120;

  /**
   * @throws dev.mordomo.kernel.Failure {@code invalid} naming every wrong field
   */
  public static AgainFields read(Fields fields) {
    AgainFields wanted =
        new AgainFields(
            fields.optionalText("client_message_id", 1, LONGEST),
            fields.optionalText("model", 1, LONGEST));
    fields.verify();
    return wanted;
  }
}
