package dev.mordomo.model.langchain;

import dev.mordomo.kernel.Json;
import dev.mordomo.model.ToolSpec;
import java.util.List;
import java.util.Map;

/**
 * The tools of a request in the OpenAI dialect, written once for as long as they stay the same.
 * LangChain4j would read and write every schema anew for each request, a quarter of what a turn
 * costs in Java; and its typed schemas know no formats, patterns, ranges or defaults.
 */
final class ToolsJson {
  private record Written(List<ToolSpec> tools, String json) {}

  private volatile Written last = new Written(List.of(), "");

  /**
   * A request's body with the tools as its last members.
   *
   * @param body a JSON object with at least one member
   * @param mustCall whether the model has to call one
   */
  String into(String body, List<ToolSpec> tools, boolean mustCall) {
    if (tools.isEmpty()) {
      return body;
    }
    int end = body.lastIndexOf('}');
    String choice = mustCall ? ",\"tool_choice\":\"required\"" : "";
    return body.substring(0, end) + ",\"tools\":" + of(tools) + choice + '}';
  }

  private String of(List<ToolSpec> tools) {
    Written known = last;
    if (!known.tools().equals(tools)) {
      known = new Written(tools, Json.write(tools.stream().map(ToolsJson::tool).toList()));
      last = known;
    }
    return known.json();
  }

  private record Member(String type, Function function) {}

  private record Function(String name, String description, Map<String, Object> parameters) {}

  private static Member tool(ToolSpec tool) {
    return new Member("function", new Function(tool.name(), tool.description(), tool.parameters()));
  }
}
