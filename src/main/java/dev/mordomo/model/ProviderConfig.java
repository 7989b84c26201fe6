package dev.mordomo.model;

import java.util.Optional;

/**
 * A model server.
 *
 * @param apiKey absent where the server needs none
 * @param keySetting the variable that holds the key
 * @param urlSetting where the address is set
 */
public record ProviderConfig(
    String name,
    Dialect dialect,
    String baseUrl,
    Optional<String> apiKey,
    String keySetting,
    String urlSetting) {

  static final String OFFICIAL = "https://api.openai.com/v1";

  /** How a server is spoken to. */
  public enum Dialect {
    /** Chat completions as OpenAI made them, which most servers speak. */
    OPENAI,
    OLLAMA
  }

  /** Whether it is OpenAI's own service, which differs a little from those that speak like it. */
  public boolean official() {
    return baseUrl.equals(OFFICIAL);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return name + " (" + dialect + ") at " + baseUrl;
  }
}
