package dev.mordomo.model.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.EmbeddingModel;
import dev.mordomo.model.EmbeddingModel.Use;
import dev.mordomo.model.ModelCatalog;
import dev.mordomo.model.ModelConfig;
import dev.mordomo.model.Reranker;
import dev.mordomo.model.ScriptedModel;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxModelsTest {
  private static final Path NATIVE = Path.of("target/native");
  @TempDir private Path folder;
  private OnnxProvider provider = provider(Map.of());

  @AfterEach
  void close() {
    provider.close();
  }

  private OnnxProvider provider(Map<String, String> settings) {
    return new OnnxProvider(
        Path.of("/nowhere"), NATIVE, OnnxConfig.from(Settings.of(settings, Map.of())));
  }

  private EmbeddingModel model(Map<String, String> settings) {
    provider = provider(settings);
    return provider.embedding(folder.toString());
  }

  private static <T> T now(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  private static float[] embed(EmbeddingModel model, String text, Use use) {
    return now(model.embed(List.of(text), use)).getFirst();
  }

  private static float of(float[] vector, String word) {
    return vector[4 + OnnxExports.WORDS.indexOf(word)];
  }

  private static double length(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  @Test
  void aSentenceTransformersExportEmbeds() {
    OnnxExports.embedding(folder);
    EmbeddingModel model = model(Map.of());
    assertTrue(model.name().matches("onnx/" + folder + "@[0-9a-f]{12}"), model.name());
    assertEquals(OnnxExports.DIMENSIONS, model.dimensions());
    List<float[]> vectors = now(model.embed(List.of("cat dog", "sea", "Cat"), Use.PASSAGE));
    assertEquals(3, vectors.size());
    // [CLS] cat dog [SEP]: four directions, alike.
    assertEquals(0.5, of(vectors.get(0), "cat"), 1e-6);
    assertEquals(0.5, of(vectors.get(0), "dog"), 1e-6);
    assertEquals(0, of(vectors.get(0), "sea"), 1e-6);
    assertTrue(of(vectors.get(2), "cat") > 0.5, "the tokenizer's own normaliser");
    vectors.forEach(vector -> assertEquals(1, length(vector), 1e-5));
    assertSame(model, provider.embedding(folder.toString()), "loaded once");
    assertTrue(Double.isNaN(model.probability(0.5, "pt", "pt")));
  }

  @Test
  void whatSaysTheSameIsASetting() {
    OnnxExports.embedding(folder);
    assertEquals(OptionalDouble.of(0.95), model(Map.of()).sameFrom());
    provider.close();
    Map<String, String> none = Map.of("model.embedding_same_from", "0");
    assertEquals(OptionalDouble.empty(), model(none).sameFrom());
  }

  @ParameterizedTest
  @CsvSource({"mean,0.5,0.5", "cls,1,0", "last,0,0"})
  void poolingIsConfigured(String pooling, double first, double word) {
    OnnxExports.embedding(folder);
    float[] vector = embed(model(Map.of("model.onnx_pooling", pooling)), "cat dog", Use.PASSAGE);
    assertEquals(first, vector[2], 1e-6);
    assertEquals(word, of(vector, "cat"), 1e-6);
  }

  @Test
  void whatTheExportSaysOfItselfHoldsUntilTheSettingsSayOtherwise() {
    OnnxExports.embedding(folder);
    OnnxExports.says(folder, "1_Pooling/config.json", Map.of("pooling_mode_cls_token", true));
    assertEquals(1, embed(model(Map.of()), "cat", Use.PASSAGE)[2], 1e-6);
    provider.close();
    assertEquals(
        1, embed(model(Map.of("model.onnx_pooling", "last")), "cat", Use.PASSAGE)[3], 1e-6);
    provider.close();

    OnnxExports.says(folder, "1_Pooling/config.json", Map.of("pooling_mode_mean_tokens", true));
    OnnxExports.says(
        folder,
        "config_sentence_transformers.json",
        Map.of("prompts", Map.of("query", "query: ", "document", "passage: ")));
    EmbeddingModel prompted = model(Map.of());
    assertTrue(of(embed(prompted, "cat", Use.QUERY), "query") > 0.4);
    assertTrue(of(embed(prompted, "cat", Use.PASSAGE), "passage") > 0.4);
    provider.close();
    float[] vector = embed(model(Map.of("model.embedding_query_prefix", "sea")), "cat", Use.QUERY);
    assertEquals(0, of(vector, "query"), 1e-6);
    assertEquals(0.5, of(vector, "sea"), 1e-6);
  }

  @Test
  void aGraphThatPoolsByItselfIsTakenAtItsWord() {
    OnnxExports.pooled(folder);
    float[] vector = embed(model(Map.of("model.onnx_pooling", "cls")), "cat cat", Use.PASSAGE);
    assertEquals(2 / Math.sqrt(6), of(vector, "cat"), 1e-6);
  }

  @Test
  void longTextsAreReadInPartsAndNothingIsLost() {
    OnnxExports.embedding(folder);
    EmbeddingModel model = model(Map.of("model.onnx_tokens", "16"));
    String text = "cat ".repeat(14) + "dog ".repeat(14) + "sea";
    float[] vector = embed(model, text, Use.PASSAGE);
    assertEquals(of(vector, "cat"), of(vector, "dog"), 1e-3);
    assertTrue(of(vector, "sea") > 0, "the last word, alone in its part");
    assertTrue(of(vector, "sea") < of(vector, "dog") / 5);
    assertEquals(1, length(vector), 1e-5);
  }

  @Test
  void wrongFoldersAreToldByTheSettingsName() throws Exception {
    assertTold("model.embedding", "there is no folder", folder.resolve("none").toString());
    assertTold("model.embedding", "holds none of", folder.toString());
    OnnxExports.strange(folder.resolve("strange"));
    assertTold("model.embedding", "pixel_values", folder.resolve("strange").toString());
    Path broken = OnnxExports.embedding(folder.resolve("broken"));
    Files.writeString(broken.resolve("onnx/model.onnx"), "no graph");
    assertTold("model.embedding", "cannot be loaded", broken.toString());
    Path mute = OnnxExports.embedding(folder.resolve("mute"));
    Files.delete(mute.resolve("tokenizer.json"));
    assertTold("model.embedding", "tokenizer.json", mute.toString());
    Path embeds = OnnxExports.embedding(folder.resolve("embeds"));
    Failure failure = assertThrows(Failure.class, () -> provider.reranker(embeds.toString()));
    assertEquals("model.reranker", failure.errors().getFirst().field());
    assertThrows(Failure.class, () -> provider.chat("anything"));
  }

  private void assertTold(String field, String what, String path) {
    Failure failure = assertThrows(Failure.class, () -> provider.embedding(path));
    assertEquals(FailureCode.INVALID, failure.code());
    assertEquals(field, failure.errors().getFirst().field());
    assertTrue(failure.detail().contains(what), failure.detail());
  }

  @Test
  void aCrossEncoderReadsQuestionAndTextTogether() {
    OnnxExports.reranker(folder);
    Reranker reranker = provider.reranker(folder.toString());
    List<Double> relevance =
        now(reranker.relevance("cat sea", List.of("sky", "cat sea", "sea", "house ".repeat(600))));
    assertTrue(relevance.get(1) > relevance.get(2), relevance.toString());
    assertTrue(relevance.get(2) > relevance.get(0), relevance.toString());
    assertTrue(relevance.stream().allMatch(r -> r > 0 && r <= 1), relevance.toString());
    assertEquals(List.of(), now(reranker.relevance("cat", List.of())));
  }

  @Test
  void theCatalogueKnowsThemByTheirPath() {
    Vertx vertx = Vertx.vertx();
    OnnxExports.embedding(folder.resolve("models/mine"));
    Map<String, String> values = new HashMap<>();
    values.put("model.embedding", "onnx/models/mine");
    Settings settings = Settings.of(values, Map.of());
    ModelConfig config = ModelConfig.from(settings);
    provider = new OnnxProvider(folder, NATIVE, OnnxConfig.from(settings));
    settings.verify();
    ModelCatalog catalog =
        new ModelCatalog(
            vertx,
            config,
            List.of(provider),
            List.of(new ScriptedModel("embedded/extractive")),
            List.of());
    String name = catalog.embedding().name();
    assertTrue(name.matches("onnx/models/mine@[0-9a-f]{12}"), name);
    assertSame(catalog.embedding(), catalog.embeddingNamed("onnx/models/mine").orElseThrow());
    assertSame(catalog.embedding(), catalog.embeddingNamed(name).orElseThrow());
    assertTrue(catalog.embeddingNamed("onnx/models/mine@0123456789ab").isEmpty());
    assertTrue(catalog.embeddingNamed("onnx/models/gone").isEmpty());
    vertx.close().await();
  }

  /** The name that a server started now gives it. */
  private String named(Map<String, String> settings) {
    provider.close();
    return model(settings).name();
  }

  @Test
  void otherFilesAndOtherPassagesAreAnotherModel() throws Exception {
    OnnxExports.embedding(folder);
    String name = named(Map.of());
    assertEquals(name, named(Map.of()));
    // What asks is not in the index.
    assertEquals(name, named(Map.of("model.embedding_query_prefix", "query:")));
    assertEquals(name, named(Map.of("model.onnx_pooling", "mean")), "as it was by itself");
    Set<String> names = new HashSet<>(Set.of(name));
    assertTrue(names.add(named(Map.of("model.onnx_pooling", "cls"))));
    assertTrue(names.add(named(Map.of("model.onnx_tokens", "32"))));
    assertTrue(names.add(named(Map.of("model.embedding_passage_prefix", "passage:"))));

    Path tokenizer = folder.resolve("tokenizer.json");
    String before = Files.readString(tokenizer);
    Files.writeString(tokenizer, before + "\n");
    assertTrue(names.add(named(Map.of())));
    Files.writeString(tokenizer, before);
    assertEquals(name, named(Map.of()), "the old files are the old model");
    Files.writeString(folder.resolve("onnx/model.onnx_data"), "weights");
    assertTrue(names.add(named(Map.of())));
    Files.delete(folder.resolve("onnx/model.onnx_data"));
    Path graph = folder.resolve("onnx/model.onnx");
    byte[] bytes = Files.readAllBytes(graph);
    OnnxExports.turned(folder);
    assertTrue(names.add(named(Map.of())));

    // Who asks for the one of before is not given the one of now.
    Failure failure =
        assertThrows(Failure.class, () -> provider.embedding(name.substring("onnx/".length())));
    assertEquals("model.embedding", failure.errors().getFirst().field());
    assertTrue(failure.detail().contains("another model by now"), failure.detail());
    Files.write(graph, bytes);
    assertEquals(name, named(Map.of()));
    assertEquals(name, provider.embedding(name.substring("onnx/".length())).name());
  }

  @Test
  void wrongSettingsAreNamed() {
    Settings settings =
        Settings.of(Map.of("model.onnx_pooling", "median", "model.chat", "onnx/some"), Map.of());
    OnnxConfig.from(settings);
    ModelConfig.from(settings);
    Failure failure = assertThrows(Failure.class, settings::verify);
    assertTrue(failure.detail().contains("model.onnx_pooling"), failure.detail());
    assertTrue(failure.detail().contains("models from a folder only embed"), failure.detail());
  }
}
