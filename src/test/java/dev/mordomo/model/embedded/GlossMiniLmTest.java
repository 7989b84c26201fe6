package dev.mordomo.model.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.model.EmbeddingModel.Use;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GlossMiniLmTest {
  private static final List<String> ENGLISH =
      List.of(
          "How do I reset my password?",
          "The pro plan keeps messages for 180 days; full backups are weekly.",
          "light",
          "Where can I pay the property tax bill of my house?");

  @TempDir static Path folder;
  private static GlossMiniLm model;

  @BeforeAll
  static void load() {
    model = new GlossMiniLm(folder.resolve("native"), 2);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  static List<float[]> embed(List<String> texts) throws Exception {
    return model.embed(texts, Use.PASSAGE).await(60, TimeUnit.SECONDS);
  }

  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void englishGetsTheVectorsOfMiniLmAlone() throws Exception {
    AllMiniLmL6V2QuantizedEmbeddingModel alone = new AllMiniLmL6V2QuantizedEmbeddingModel();
    List<float[]> vectors = embed(ENGLISH);
    for (int i = 0; i < ENGLISH.size(); i++) {
      float[] expected = alone.embed(ENGLISH.get(i)).content().vector();
      assertEquals(384, vectors.get(i).length);
      assertArrayEquals(expected, vectors.get(i), 1e-6f, ENGLISH.get(i));
    }
  }

  @Test
  void aVectorNeverDependsOnItsNeighbours() throws Exception {
    List<float[]> together = embed(ENGLISH);
    for (int i = 0; i < ENGLISH.size(); i++) {
      assertArrayEquals(embed(List.of(ENGLISH.get(i))).getFirst(), together.get(i));
    }
  }

  @Test
  void aLongTextIsReadToItsEnd() throws Exception {
    String long1 = String.join(" ", Collections.nCopies(300, "garden")) + " about the weather";
    String long2 = String.join(" ", Collections.nCopies(300, "garden"));
    String tail = String.join(" ", Collections.nCopies(200, "invoice"));
    List<float[]> vectors = embed(List.of(long1, long2, long2 + " " + tail));
    assertEquals(1, cosine(vectors.get(2), vectors.get(2)), 1e-5);
    assertTrue(cosine(vectors.get(0), vectors.get(1)) > cosine(vectors.get(1), vectors.get(2)));
  }

  @Test
  void noTextsAreNoVectorsAndAnEmptyTextIsAVector() throws Exception {
    assertEquals(List.of(), embed(List.of()));
    assertEquals(384, embed(List.of("")).getFirst().length);
  }

  @Test
  void aFutureCompletesOnTheCallersContext() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      Context context = vertx.getOrCreateContext();
      CompletableFuture<Context> completedOn = new CompletableFuture<>();
      context.runOnContext(start ->
          model
              .embed(List.of("light"), Use.QUERY)
              .onComplete(result -> completedOn.complete(Vertx.currentContext())));
      assertSame(context, completedOn.get(60, TimeUnit.SECONDS));
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aModelThatCannotBeUnpackedIsUnavailable() throws Exception {
    Path file = Files.createFile(folder.resolve("a-file-where-a-folder-should-be"));
    try (GlossMiniLm broken = new GlossMiniLm(file, 1)) {
      Failure failure =
          assertThrows(
              Failure.class,
              () -> broken.embed(List.of("light"), Use.QUERY).await(60, TimeUnit.SECONDS));
      assertEquals(FailureCode.MODEL_UNAVAILABLE, failure.code());
    }
  }

  @Test
  void aClosedModelRefuses() throws Exception {
    GlossMiniLm closed = new GlossMiniLm(folder.resolve("native"), 1);
    closed.close();
    assertTrue(closed.embed(List.of("light"), Use.QUERY).failed());
    assertFalse(closed.name().isEmpty());
  }
}
