package dev.mordomo.model.langchain;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ChatResult;
import dev.mordomo.model.ChatResult.Tokens;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One answer, from LangChain4j's callbacks to the observer. Its monitor is held while the observer
 * is called: nobody is called twice at once, and a cancel that has returned is final.
 */
final class LangChainCall implements ModelCall, StreamingChatResponseHandler {
  /** The call on whose behalf LangChain4j opens a request, on the thread that asks it to. */
  static final ScopedValue<LangChainCall> CURRENT = ScopedValue.newInstance();

  private static final int CHARACTERS_PER_TOKEN = 4;

  private final String model;
  private final ChatRequest request;
  private final ChatObserver observer;
  private final UpstreamFailure failures;
  private volatile Optional<StreamExchange> exchange = Optional.empty();
  private volatile boolean spoken;
  private boolean ended;
  private int characters;

  LangChainCall(
      String model, ChatRequest request, ChatObserver observer, UpstreamFailure failures) {
    this.model = model;
    this.request = request;
    this.observer = observer;
    this.failures = failures;
  }

  String model() {
    return model;
  }

  /** The body of its request, with the tools and the wanted form put in. */
  String whole(String body, ToolsJson tools) {
    String with = tools.into(body, request.tools(), request.mustCall());
    return request
        .format()
        .map(format ->
            with.substring(0, with.lastIndexOf('}'))
                + ",\"response_format\":"
                + Json.write(format)
                + '}')
        .orElse(with);
  }

  /** Whether a piece of the answer has come. */
  boolean hasSpoken() {
    return spoken;
  }

  void opened(StreamExchange opened) {
    exchange = Optional.of(opened);
    boolean late;
    synchronized (this) {
      late = ended;
    }
    if (late) {
      opened.abort();
    }
  }

  @Override
  public void cancel() {
    exchange.ifPresent(StreamExchange::abort);
    synchronized (this) {
      ended = true;
    }
    // It may have been opened in between.
    exchange.ifPresent(StreamExchange::abort);
  }

  void fail(Failure failure) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      observer.onFailure(failure);
    }
    exchange.ifPresent(StreamExchange::abort);
  }

  @Override
  public synchronized void onPartialResponse(String text) {
    if (!ended && !text.isEmpty()) {
      spoken = true;
      characters += text.length();
      observer.onText(text);
    }
  }

  @Override
  public void onCompleteResponse(ChatResponse response) {
    if (response.finishReason() == null && !exchange.map(StreamExchange::isWhole).orElse(false)) {
      fail(failures.cut());
      return;
    }
    List<ToolCall> calls = new ArrayList<>();
    for (ToolExecutionRequest tool : response.aiMessage().toolExecutionRequests()) {
      Optional<ToolCall> call = call(tool);
      if (call.isEmpty()) {
        fail(
            failures.unreadable(
                "a call of " + tool.name() + " whose arguments are not a JSON object"));
        return;
      }
      calls.add(call.get());
    }
    complete(calls, finish(response.finishReason(), calls), tokens(response.tokenUsage()));
  }

  private synchronized void complete(List<ToolCall> calls, String finish, Tokens tokens) {
    for (ToolCall call : calls) {
      if (!ended) {
        spoken = true;
        observer.onToolCall(call);
      }
    }
    if (!ended) {
      ended = true;
      observer.onComplete(new ChatResult(finish, tokens, Optional.empty(), Optional.empty()));
    }
  }

  private static Optional<ToolCall> call(ToolExecutionRequest tool) {
    String name = tool.name();
    String id = tool.id();
    String text = tool.arguments();
    if (name == null || name.isBlank()) {
      return Optional.empty();
    }
    try {
      var arguments = Json.read(text == null || text.isBlank() ? "{}" : text);
      Map<String, Object> map = arguments.isObject() ? Json.map(arguments) : Map.of();
      return arguments.isObject()
          ? Optional.of(
              new ToolCall(id == null || id.isBlank() ? "call_" + Ids.next() : id, name, map))
          : Optional.empty();
    } catch (Failure e) {
      return Optional.empty();
    }
  }

  private static String finish(@Nullable FinishReason reason, List<ToolCall> calls) {
    if (!calls.isEmpty()) {
      return "tool_calls";
    }
    return switch (reason) {
      case LENGTH -> "length";
      case CONTENT_FILTER -> "content_filter";
      case STOP, TOOL_EXECUTION, OTHER -> "stop";
      case null -> "stop";
    };
  }

  private Tokens tokens(@Nullable TokenUsage usage) {
    Integer prompt = usage == null ? null : usage.inputTokenCount();
    Integer completion = usage == null ? null : usage.outputTokenCount();
    return new Tokens(
        prompt == null ? estimate(promptCharacters()) : prompt,
        completion == null ? estimate(characters) : completion);
  }

  private int promptCharacters() {
    return request.messages().stream().map(ChatMessage::content).mapToInt(String::length).sum();
  }

  private static int estimate(int characters) {
    return (characters + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN;
  }

  @Override
  public void onError(Throwable error) {
    fail(failures.unreadable("what is not an answer", error));
  }
}
