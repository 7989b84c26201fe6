package dev.mordomo.model.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model as sentence-transformers or Optimum exports it: the graph, {@code tokenizer.json}, and
 * what the export says of itself in {@code 1_Pooling/config.json}, {@code
 * sentence_bert_config.json}, {@code tokenizer_config.json} and {@code
 * config_sentence_transformers.json}.
 *
 * @param tokens the most that the model reads at once, 16 or more
 * @param queryPrompt put before a query, or ""
 * @param passagePrompt put before a passage, or ""
 */
record OnnxFolder(
    Path model,
    Path tokenizer,
    Optional<Pooling> pooling,
    int tokens,
    String queryPrompt,
    String passagePrompt) {
  private static final List<String> GRAPHS =
      List.of(
          "model.onnx",
          "onnx/model.onnx",
          "model_quantized.onnx",
          "onnx/model_quantized.onnx",
          "onnx/model_qint8_avx512_vnni.onnx",
          "onnx/model_qint8_arm64.onnx",
          "onnx/model_O4.onnx");
  private static final int FEWEST_TOKENS = 16;
  private static final int USUAL_TOKENS = 512;
  private static final int MOST_TOKENS = 32_768;

  /**
   * @param setting that names the folder, for what is wrong with it
   */
  static OnnxFolder read(String setting, Path folder) {
    if (!Files.isDirectory(folder)) {
      throw Failure.invalid(setting, "there is no folder " + folder);
    }
    Path model =
        GRAPHS.stream()
            .map(folder::resolve)
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(() ->
                Failure.invalid(setting, folder + " holds none of " + String.join(", ", GRAPHS)));
    Path tokenizer = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(tokenizer)) {
      throw Failure.invalid(setting, folder + " holds no tokenizer.json");
    }
    JsonNode prompts =
        json(setting, folder.resolve("config_sentence_transformers.json")).path("prompts");
    return new OnnxFolder(
        model,
        tokenizer,
        pooling(json(setting, folder.resolve("1_Pooling/config.json"))),
        tokens(setting, folder),
        prompts.path("query").asText(""),
        prompts.path("document").asText(prompts.path("passage").asText("")));
  }

  private static int tokens(String setting, Path folder) {
    int most =
        json(setting, folder.resolve("sentence_bert_config.json"))
            .path("max_seq_length")
            .asInt(
                json(setting, folder.resolve("tokenizer_config.json"))
                    .path("model_max_length")
                    .asInt(USUAL_TOKENS));
    // Exports that know no limit say so by a number that is none.
    return most < FEWEST_TOKENS || most > MOST_TOKENS ? USUAL_TOKENS : most;
  }

  private static Optional<Pooling> pooling(JsonNode config) {
    if (config.path("pooling_mode_cls_token").asBoolean()) {
      return Optional.of(Pooling.CLS);
    }
    if (config.path("pooling_mode_lasttoken").asBoolean()) {
      return Optional.of(Pooling.LAST);
    }
    return config.path("pooling_mode_mean_tokens").asBoolean()
        ? Optional.of(Pooling.MEAN)
        : Optional.empty();
  }

  private static JsonNode json(String setting, Path file) {
    try {
      return Json.read(Files.isRegularFile(file) ? Files.readString(file) : "{}");
    } catch (IOException | Failure e) {
      throw Failure.invalid(setting, file + " cannot be read");
    }
  }
}
