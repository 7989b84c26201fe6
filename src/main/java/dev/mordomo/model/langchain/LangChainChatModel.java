package dev.mordomo.model.langchain;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.ChatModel;
import dev.mordomo.model.ChatObserver;
import dev.mordomo.model.ChatRequest;
import dev.mordomo.model.ModelCall;
import dev.mordomo.model.ProviderConfig;
import dev.mordomo.model.ProviderConfig.Dialect;
import java.util.List;

/**
 * One model of a provider, asked through LangChain4j.
 *
 * <p>LangChain4j's part is small enough to keep it: on two cores, an answer of 20 tokens that came
 * at once took 110 to 155 µs of processor time, the loopback server's included, where the bare HTTP
 * client took 45 to 67 µs for the same bytes (50 at a time; 6,000 to 8,000 answers a second).
 */
final class LangChainChatModel implements ChatModel {
  private final ProviderConfig provider;
  private final String model;
  private final StreamingChatModel upstream;
  private final UpstreamFailure failures;

  LangChainChatModel(
      ProviderConfig provider,
      String model,
      StreamingChatModel upstream,
      UpstreamFailure failures) {
    this.provider = provider;
    this.model = model;
    this.upstream = upstream;
    this.failures = failures;
  }

  @Override
  public String name() {
    return provider.name() + "/" + model;
  }

  @Override
  public ModelCall stream(ChatRequest request, ChatObserver observer) {
    LangChainCall call = new LangChainCall(model, request, observer, failures);
    try {
      var mapped =
          dev.langchain4j.model.chat.request.ChatRequest.builder()
              .messages(RequestMapping.messages(request.messages()))
              .parameters(parameters(request))
              .build();
      ScopedValue.where(LangChainCall.CURRENT, call).run(() -> upstream.chat(mapped, call));
    } catch (RuntimeException e) {
      call.fail(
          Failure.of(
              FailureCode.MODEL_ERROR, "the request cannot be put to " + provider.name(), e));
    }
    return call;
  }

  private ChatRequestParameters parameters(ChatRequest request) {
    // In the OpenAI dialect the tools and the form are put into the body: see LangChainCall.
    List<ToolSpecification> tools =
        provider.dialect() == Dialect.OPENAI ? List.of() : RequestMapping.tools(request.tools());
    ToolChoice choice = request.mustCall() && !tools.isEmpty() ? ToolChoice.REQUIRED : null;
    if (provider.official()) {
      // OpenAI's newer models refuse max_tokens; other servers often know nothing else.
      return OpenAiChatRequestParameters.builder()
          .modelName(model)
          .temperature(request.temperature())
          .maxCompletionTokens(request.maxTokens())
          .toolSpecifications(tools)
          .toolChoice(choice)
          .build();
    }
    return ChatRequestParameters.builder()
        .modelName(model)
        .temperature(request.temperature())
        .maxOutputTokens(request.maxTokens())
        .toolSpecifications(tools)
        .toolChoice(choice)
        .responseFormat(
            provider.dialect() == Dialect.OPENAI
                ? null
                : request.format().map(RequestMapping::format).orElse(null))
        .build();
  }
}
