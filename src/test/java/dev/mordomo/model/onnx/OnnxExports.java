package dev.mordomo.model.onnx;

import dev.mordomo.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Small models in folders, as sentence-transformers lays them out. Each word has a direction of its
 * own, so a test can foresee every vector.
 */
public final class OnnxExports {
  /** In the vocabulary, after [PAD], [UNK], [CLS] and [SEP]. */
  public static final List<String> WORDS =
      List.of("x", "query", "passage", ":", "cat", "dog", "fish", "sea", "sky", "house");

  private static final List<String> MARKS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]");

  /** The length of a vector: one number a piece. */
  public static final int DIMENSIONS = MARKS.size() + WORDS.size();

  private OnnxExports() {}

  /** States of tokens, each its piece's own direction. */
  public static Path embedding(Path folder) {
    return write(
        folder,
        "onnx/model.onnx",
        table()
            .node("Gather", List.of("table", "input_ids"), "last_hidden_state")
            .input("input_ids")
            .input("attention_mask")
            .input("token_type_ids")
            .output("last_hidden_state", "batch", "length", "width")
            .model());
  }

  /** The same with other weights: every vector is turned around. */
  public static Path turned(Path folder) {
    return write(
        folder,
        "onnx/model.onnx",
        table(-1)
            .node("Gather", List.of("table", "input_ids"), "last_hidden_state")
            .input("input_ids")
            .input("attention_mask")
            .input("token_type_ids")
            .output("last_hidden_state", "batch", "length", "width")
            .model());
  }

  /** Pooled by the graph itself, to the sum. */
  public static Path pooled(Path folder) {
    return write(
        folder,
        "model.onnx",
        table()
            .longs("along", new long[] {1})
            .node("Gather", List.of("table", "input_ids"), "states")
            .node("ReduceSum", List.of("states", "along"), "sentence_embedding", "keepdims", 0)
            .input("input_ids")
            .output("sentence_embedding", "batch", "width")
            .model());
  }

  /** A cross-encoder whose logit is how many words, marks too, question and text have in common. */
  public static Path reranker(Path folder) {
    return write(
        folder,
        "model.onnx",
        table()
            .longs("length", new long[] {1})
            .longs("last", new long[] {2})
            .floats("one", new float[] {1}, 1)
            .node("Gather", List.of("table", "input_ids"), "states")
            .node("Cast", List.of("token_type_ids"), "second", "to", 1)
            .node("Unsqueeze", List.of("second", "last"), "is_text")
            .node("Sub", List.of("one", "is_text"), "is_question")
            .node("Mul", List.of("states", "is_text"), "text_states")
            .node("Mul", List.of("states", "is_question"), "question_states")
            .node("ReduceSum", List.of("text_states", "length"), "text", "keepdims", 0)
            .node("ReduceSum", List.of("question_states", "length"), "question", "keepdims", 0)
            .node("Mul", List.of("text", "question"), "both")
            .node("ReduceSum", List.of("both", "length"), "logits", "keepdims", 1)
            .input("input_ids")
            .input("attention_mask")
            .input("token_type_ids")
            .output("logits", "batch", "labels")
            .model());
  }

  /** One that wants what nobody can give. */
  static Path strange(Path folder) {
    return write(
        folder,
        "model.onnx",
        table()
            .node("Gather", List.of("table", "input_ids"), "last_hidden_state")
            .input("input_ids")
            .input("pixel_values")
            .output("last_hidden_state", "batch", "length", "width")
            .model());
  }

  private static OnnxBytes table() {
    return table(1);
  }

  private static OnnxBytes table(float weight) {
    float[] identity = new float[DIMENSIONS * DIMENSIONS];
    for (int i = 0; i < DIMENSIONS; i++) {
      identity[i * DIMENSIONS + i] = weight;
    }
    return new OnnxBytes().floats("table", identity, DIMENSIONS, DIMENSIONS);
  }

  private static Path write(Path folder, String graph, byte[] model) {
    try {
      Path file = folder.resolve(graph);
      Files.createDirectories(file.getParent());
      Files.write(file, model);
      Files.writeString(folder.resolve("tokenizer.json"), Json.write(tokenizer()));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What an export says of itself in one of its small files. */
  static void says(Path folder, String file, Map<String, ?> what) {
    try {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, Json.write(what));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> tokenizer() {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    List<String> pieces = new ArrayList<>(MARKS);
    pieces.addAll(WORDS);
    pieces.forEach(piece -> vocabulary.put(piece, vocabulary.size()));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", "1.0");
    json.put(
        "added_tokens",
        MARKS.stream()
            .map(mark ->
                Map.of(
                    "id", MARKS.indexOf(mark),
                    "content", mark,
                    "single_word", false,
                    "lstrip", false,
                    "rstrip", false,
                    "normalized", false,
                    "special", true))
            .toList());
    json.put("normalizer", Map.of("type", "Lowercase"));
    json.put("pre_tokenizer", Map.of("type", "Whitespace"));
    json.put(
        "post_processor",
        Map.of("type", "BertProcessing", "sep", List.of("[SEP]", 3), "cls", List.of("[CLS]", 2)));
    json.put("model", Map.of("type", "WordLevel", "vocab", vocabulary, "unk_token", "[UNK]"));
    return json;
  }
}
