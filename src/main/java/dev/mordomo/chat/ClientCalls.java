package dev.mordomo.chat;

import dev.mordomo.model.ToolCall;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Calls of a client's tools: their ids tell which turn they end, so that the results find it. */
public final class ClientCalls {
  private static final String PREFIX = "call_";
  private static final int TURN_CHARS = 22;

  private ClientCalls() {}

  static List<ToolCall> of(UUID turn, List<ToolCall> calls) {
    List<ToolCall> named = new ArrayList<>();
    for (ToolCall call : calls) {
      named.add(new ToolCall(id(turn, named.size()), call.name(), call.arguments()));
    }
    return named;
  }

  private static String id(UUID turn, int index) {
    ByteBuffer bytes = ByteBuffer.allocate(16);
    bytes.putLong(turn.getMostSignificantBits()).putLong(turn.getLeastSignificantBits());
    return PREFIX
        + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array())
        + "_"
        + index;
  }

  /** The turn that a call's id came from; empty when it is none of ours. */
  public static Optional<UUID> turn(String callId) {
    int end = PREFIX.length() + TURN_CHARS;
    if (!callId.startsWith(PREFIX) || callId.length() <= end || callId.charAt(end) != '_') {
      return Optional.empty();
    }
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Base64.getUrlDecoder().decode(callId.substring(PREFIX.length(), end)));
      return Optional.of(new UUID(bytes.getLong(), bytes.getLong()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
