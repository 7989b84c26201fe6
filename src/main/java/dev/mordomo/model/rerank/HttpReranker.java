package dev.mordomo.model.rerank;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.model.CallerContext;
import dev.mordomo.model.Reranker;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A server that reranks as Jina and Cohere do: {@code POST {model, query, documents, top_n}} is
 * answered with {@code {results: [{index, relevance_score}]}}.
 */
final class HttpReranker implements Reranker {
  private static final int LARGEST_ANSWER = 4 << 20;

  private final String model;
  private final URI url;
  private final Optional<String> key;
  private final Duration deadline;
  private final HttpClient client;

  HttpReranker(String model, URI url, Optional<String> key, Duration deadline) {
    this.model = model;
    this.url = url;
    this.key = key;
    this.deadline = deadline;
    // Where the configuration points, and nowhere else.
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(deadline)
            .build();
  }

  @Override
  public String name() {
    return "http/" + model;
  }

  @Override
  public Future<List<Double>> relevance(String question, List<String> texts) {
    return counted(question, texts).map(Relevances::scores);
  }

  @Override
  public Future<Relevances> counted(String question, List<String> texts) {
    if (texts.isEmpty()) {
      return Future.succeededFuture(new Relevances(List.of(), OptionalInt.of(0)));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", model);
    body.put("query", question);
    body.put("documents", texts);
    body.put("top_n", texts.size());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url)
            .timeout(deadline)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .POST(BodyPublishers.ofString(Json.write(body)));
    key.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
    return CallerContext.call("rerank", () -> asked(request.build(), texts.size()));
  }

  private Relevances asked(HttpRequest request, int texts) {
    try {
      HttpResponse<String> response =
          client.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), LARGEST_ANSWER));
      int status = response.statusCode();
      if (status == 429 || status >= 500) {
        throw Failure.of(FailureCode.MODEL_UNAVAILABLE, "the reranker failed (" + status + ")");
      }
      if (status != 200) {
        throw error("refused the request (" + status + ")");
      }
      return scores(response.body(), texts);
    } catch (HttpTimeoutException e) {
      throw Failure.of(
          FailureCode.MODEL_TIMEOUT,
          "the reranker said nothing for " + deadline.toMillis() + " ms",
          e);
    } catch (IOException e) {
      throw Failure.of(
          FailureCode.MODEL_UNAVAILABLE,
          "the reranker cannot be reached at " + url.getHost() + "; see model.reranker_url",
          e);
    } catch (InterruptedException e) {
      // The client has closed the request.
      Thread.currentThread().interrupt();
      throw Failure.of(FailureCode.INTERRUPTED, "nobody waits for the reranker any more", e);
    }
  }

  private static Relevances scores(String body, int texts) {
    JsonNode answer;
    try {
      answer = Json.read(body);
    } catch (Failure e) {
      throw error("sent what is no JSON");
    }
    JsonNode results = answer.path("results");
    double[] scores = new double[texts];
    Arrays.fill(scores, Double.NaN);
    for (JsonNode result : results) {
      int index = result.path("index").asInt(-1);
      JsonNode score = result.path("relevance_score");
      if (index < 0 || index >= texts || !score.isNumber()) {
        throw error("ranked a text that it was not given");
      }
      scores[index] = score.asDouble();
    }
    List<Double> all = new ArrayList<>();
    for (double score : scores) {
      if (Double.isNaN(score)) {
        throw error("ranked " + results.size() + " of " + texts + " texts");
      }
      all.add(score);
    }
    return new Relevances(List.copyOf(all), tokens(answer));
  }

  /** As Jina's servers say it, or Cohere's. */
  private static OptionalInt tokens(JsonNode answer) {
    return Stream.of(answer.at("/usage/total_tokens"), answer.at("/meta/tokens/input_tokens"))
        .filter(said -> said.canConvertToInt() && said.asInt() > 0)
        .mapToInt(JsonNode::asInt)
        .findFirst();
  }

  private static Failure error(String what) {
    return Failure.of(FailureCode.MODEL_ERROR, "the reranker " + what);
  }
}
