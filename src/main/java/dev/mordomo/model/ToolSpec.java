package dev.mordomo.model;

import java.util.Map;

/**
 * A tool that a model may ask for.
 *
 * @param parameters a JSON Schema object ({@code type: object, properties, required})
 */
public record ToolSpec(String name, String description, Map<String, Object> parameters) {}
