package dev.mordomo.chat;

import dev.mordomo.kernel.JsonTexts;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How an answer is to be made, where a client says more than words. Kept with the turn, as JSON.
 *
 * @param plain the model alone: no retrieval, no instructions and no tools of the house
 * @param instructions the client's own, beside the house's; may be empty
 * @param history in place of the conversation's; absent: the conversation's
 * @param after what came after the user's words, for instance results of the client's tools
 * @param tools of the client: a call of one ends the turn, and is told in the answer's metadata
 * @param mustCall whether the model has to call a tool
 * @param stops the answer ends before the first of these texts
 * @param format what the answer has to look like, as the {@code response_format} of OpenAI's API
 * @param kept the beginning of the answer, which stands already; the model goes on after it
 * @param keptContext the passages that it may cite, by the numbers that it cites them by
 */
public record Directions(
    boolean plain,
    String instructions,
    Optional<List<Line>> history,
    List<Line> after,
    List<ToolSpec> tools,
    boolean mustCall,
    Optional<Double> temperature,
    Optional<Integer> maxTokens,
    Optional<List<String>> stops,
    Optional<Map<String, Object>> format,
    Optional<String> kept,
    Optional<List<Reference>> keptContext) {

  public static final Directions NONE =
      new Directions(
          false,
          "",
          Optional.empty(),
          List.of(),
          List.of(),
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  public Directions {
    after = List.copyOf(after);
    tools = List.copyOf(tools);
  }

  /** The same, going on after what was said over these passages. */
  Directions keeping(Optional<String> said, Optional<List<Reference>> context) {
    return new Directions(
        plain,
        instructions,
        history,
        after,
        tools,
        mustCall,
        temperature,
        maxTokens,
        stops,
        format,
        said,
        context);
  }

  /** The same with other texts. */
  Directions mapped(UnaryOperator<String> text) {
    return new Directions(
        plain,
        text.apply(instructions),
        history.map(lines -> lines.stream().map(line -> line.mapped(text)).toList()),
        after.stream().map(line -> line.mapped(text)).toList(),
        tools,
        mustCall,
        temperature,
        maxTokens,
        stops.map(texts -> texts.stream().map(text).toList()),
        format,
        kept,
        keptContext);
  }

  /**
   * One message of a client's.
   *
   * @param role {@code user}, {@code assistant} or {@code tool}
   * @param calls what the assistant called
   * @param callId the call that a tool's result answers; else empty
   * @param toolName whose result it is; else empty
   */
  public record Line(
      String role, String content, List<ToolCall> calls, String callId, String toolName) {
    public Line {
      calls = List.copyOf(calls);
    }

    Line mapped(UnaryOperator<String> text) {
      List<ToolCall> said =
          calls.stream()
              .map(call ->
                  new ToolCall(call.id(), call.name(), JsonTexts.mapped(call.arguments(), text)))
              .toList();
      return new Line(role, text.apply(content), said, callId, toolName);
    }

    public static Line of(String role, String content) {
      return new Line(role, content, List.of(), "", "");
    }

    ChatMessage message() {
      return switch (role) {
        case "user" -> new ChatMessage.User(content);
        case "assistant" -> new ChatMessage.Assistant(content, calls);
        case "tool" -> new ChatMessage.ToolResult(callId, toolName, content);
        default -> new ChatMessage.Instructions(content);
      };
    }
  }
}
