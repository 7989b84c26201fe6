package dev.mordomo.billing;

import dev.mordomo.kernel.Json;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatMessage.Assistant;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ToolSpec;

/**
 * About how many tokens a text has, rather too many than too few: tokenizers differ, and what is
 * reserved has to suffice. Words of Latin letters have about four characters a token; digits,
 * punctuation and everything else have fewer.
 */
public final class TokenEstimate {
  private static final int AROUND_A_MESSAGE = 8;

  private TokenEstimate() {}

  /** Of a text by itself. */
  public static int of(String text) {
    long sixths = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      sixths += plain ? 2 : c < 0x80 ? 3 : c < 0x800 ? 6 : 9;
    }
    return (int) Math.min(Integer.MAX_VALUE, (sixths + 5) / 6);
  }

  /** Of all that a model is sent. */
  public static int of(ChatRequest request) {
    long tokens = 0;
    for (ChatMessage message : request.messages()) {
      tokens += AROUND_A_MESSAGE + of(message.content());
      if (message instanceof Assistant assistant && !assistant.toolCalls().isEmpty()) {
        tokens += of(Json.write(assistant.toolCalls()));
      }
    }
    for (ToolSpec tool : request.tools()) {
      tokens += AROUND_A_MESSAGE + of(tool.name()) + of(tool.description());
      tokens += of(Json.write(tool.parameters()));
    }
    return (int) Math.min(Integer.MAX_VALUE / 2, tokens);
  }
}
