package dev.mordomo.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Settings;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigTest {
  private static ModelConfig config(Map<String, String> values, Map<String, String> environment) {
    Settings settings = Settings.of(values, environment);
    ModelConfig config = ModelConfig.from(settings);
    settings.verify();
    return config;
  }

  private static ProviderConfig provider(String name, ModelConfig config) {
    return config.providers().values().stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void withoutAnySettingTheEmbeddedModelsAreUsed() {
    ModelConfig config = config(Map.of(), Map.of());
    assertEquals("embedded/extractive", config.chat());
    assertEquals("embedded/gloss-minilm", config.embedding());
    assertEquals(Map.of(), config.providers());
  }

  @Test
  void aKeyAloneMeansTheOfficialService() {
    ProviderConfig openai = provider("openai", config(Map.of(), Map.of("OPENAI_API_KEY", "sk-1")));
    assertTrue(openai.official());
    assertEquals(Optional.of("sk-1"), openai.apiKey());
    assertFalse(openai.toString().contains("sk-1"), openai.toString());
  }

  @Test
  void aServerOfOnesOwnNeedsNoKey() {
    ProviderConfig openai =
        provider("openai", config(Map.of(), Map.of("OPENAI_BASE_URL", "http://localhost:8000/")));
    assertEquals("http://localhost:8000/v1", openai.baseUrl());
    assertEquals(Optional.empty(), openai.apiKey());
    assertFalse(openai.official());
  }

  @Test
  void furtherServersAreNamedInOneLine() {
    ModelConfig config =
        config(
            Map.of(
                "model.providers", "my-gpu=http://10.0.0.5/api/v1, other=https://other.test",
                "model.chat", "my-gpu/qwen/qwen3"),
            Map.of("MY_GPU_API_KEY", "k"));
    assertEquals(Set.of("my-gpu", "other"), config.providers().keySet());
    assertEquals("http://10.0.0.5/api/v1", provider("my-gpu", config).baseUrl());
    assertEquals(Optional.of("k"), provider("my-gpu", config).apiKey());
    assertEquals("my-gpu/qwen/qwen3", config.chat());
  }

  @ParameterizedTest
  @CsvSource({
    "model.chat, openai/gpt, OPENAI_API_KEY",
    "model.chat, ollama/llama, OLLAMA_BASE_URL",
    "model.embedding, other/e5, model.providers",
    "model.chat, gpt-4o, provider/name",
    "model.chat, openai/, provider/name",
    "model.fallback, ollama/llama, model.fallback",
    "model.providers, openai=http://a, name=address",
    "model.providers, mine, name=address",
    "model.providers, mine=ftp://a, an address",
    "model.providers, mine=http://user:secret@a, an address",
    "model.deadline_idle, 0s, above zero",
    "model.retries, 99, 0 to 10"
  })
  void whatIsWrongIsNamed(String key, String value, String told) {
    Failure failure = assertThrows(Failure.class, () -> config(Map.of(key, value), Map.of()));
    assertTrue(failure.detail().contains(key), failure.detail());
    assertTrue(failure.detail().contains(told), failure.detail());
  }

  @Test
  void theSettingsFileHoldsTheDefaults() {
    Settings file = Settings.load(Optional.empty(), Map.of());
    assertEquals(config(Map.of(), Map.of()), ModelConfig.from(file));
  }
}
