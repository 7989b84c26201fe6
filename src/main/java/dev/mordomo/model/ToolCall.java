package dev.mordomo.model;

import java.util.Map;

/**
 * A tool that the model wants run.
 *
 * @param id the model's id of this call, unique within the answer
 * @param name for instance {@code create_reminder}
 * @param arguments a JSON object as maps, lists, strings, numbers, booleans
 */
public record ToolCall(String id, String name, Map<String, Object> arguments) {}
