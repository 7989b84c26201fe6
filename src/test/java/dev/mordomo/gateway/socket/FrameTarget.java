package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.nio.charset.StandardCharsets;

/** What a coverage-guided fuzzer gives to the decoder of frames. */
public final class FrameTarget {
  private static final int MOST_COMMANDS = 256;
  private static final int LONGEST_REASON = 1_000;

  private FrameTarget() {}

  /** Throws when the decoder does anything but read commands or call the frame malformed. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      var commands = CommandReader.read(new String(bytes, StandardCharsets.UTF_8));
      if (commands.isEmpty() || commands.size() > MOST_COMMANDS) {
        throw new IllegalStateException(commands.size() + " commands");
      }
    } catch (Failure refused) {
      if (refused.code() != FailureCode.MALFORMED || refused.detail().length() > LONGEST_REASON) {
        throw new IllegalStateException("refused as " + refused.code(), refused);
      }
    }
  }
}
