package dev.mordomo.model.langchain;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.ChatMessage;
import dev.mordomo.model.ChatMessage.Assistant;
import dev.mordomo.model.ChatMessage.Instructions;
import dev.mordomo.model.ChatMessage.ToolResult;
import dev.mordomo.model.ChatMessage.User;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Our messages and tools as LangChain4j's. */
final class RequestMapping {
  private RequestMapping() {}

  static List<dev.langchain4j.data.message.ChatMessage> messages(List<ChatMessage> messages) {
    return messages.stream().filter(RequestMapping::saysSomething).map(RequestMapping::of).toList();
  }

  /** Servers refuse an empty assistant message, which an answer stopped at once leaves behind. */
  private static boolean saysSomething(ChatMessage message) {
    return !(message instanceof Assistant assistant)
        || !assistant.content().isBlank()
        || !assistant.toolCalls().isEmpty();
  }

  private static dev.langchain4j.data.message.ChatMessage of(ChatMessage message) {
    return switch (message) {
      case Instructions(String content) -> SystemMessage.from(content);
      case User(String content) -> UserMessage.from(content);
      case Assistant assistant -> assistant(assistant);
      case ToolResult(String callId, String name, String content) ->
          ToolExecutionResultMessage.from(callId, name, content);
    };
  }

  private static AiMessage assistant(Assistant assistant) {
    AiMessage.Builder message = AiMessage.builder();
    if (!assistant.content().isBlank()) {
      message.text(assistant.content());
    }
    return message
        .toolExecutionRequests(assistant.toolCalls().stream().map(RequestMapping::call).toList())
        .build();
  }

  private static ToolExecutionRequest call(ToolCall call) {
    return ToolExecutionRequest.builder()
        .id(call.id())
        .name(call.name())
        .arguments(Json.write(call.arguments()))
        .build();
  }

  /** A {@code response_format} of OpenAI's API. */
  static ResponseFormat format(Map<String, Object> wanted) {
    if (wanted.get("json_schema") instanceof Map<?, ?> named
        && named.get("schema") instanceof Map<?, ?> schema) {
      return ResponseFormat.builder()
          .type(ResponseFormatType.JSON)
          .jsonSchema(
              JsonSchema.builder()
                  .name(String.valueOf(named.get("name")))
                  .rootElement(JsonRawSchema.from(Json.write(schema)))
                  .build())
          .build();
    }
    return ResponseFormat.JSON;
  }

  static List<ToolSpecification> tools(List<ToolSpec> tools) {
    return tools.stream().map(RequestMapping::tool).toList();
  }

  private static ToolSpecification tool(ToolSpec tool) {
    JsonObjectSchema.Builder schema =
        JsonObjectSchema.builder().addProperties(schemas(tool.parameters().get("properties")));
    if (tool.parameters().get("required") instanceof List<?> required) {
      schema.required(required.stream().map(String::valueOf).toList());
    }
    Map<String, JsonSchemaElement> definitions = schemas(tool.parameters().get("$defs"));
    if (!definitions.isEmpty()) {
      schema.definitions(definitions);
    }
    return ToolSpecification.builder()
        .name(tool.name())
        .description(tool.description())
        .parameters(schema.build())
        .build();
  }

  /**
   * Each property whole, as it stands: LangChain4j's typed schemas know no formats, patterns,
   * ranges or defaults, and what a model is not told it cannot keep to.
   */
  private static Map<String, JsonSchemaElement> schemas(@Nullable Object properties) {
    Map<String, JsonSchemaElement> schemas = new LinkedHashMap<>();
    if (properties instanceof Map<?, ?> map) {
      map.forEach((name, schema) ->
          schemas.put(String.valueOf(name), JsonRawSchema.from(Json.write(schema))));
    }
    return schemas;
  }
}
