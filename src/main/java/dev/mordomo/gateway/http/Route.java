package dev.mordomo.gateway.http;

import dev.mordomo.identity.KeyScope;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Json;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One line of the route table.
 *
 * @param path with its parameters as {@code :name}
 * @param creates whether an {@code Idempotency-Key} is honoured
 * @param told how the handler tells what was made; empty: the same request finds it again by its id
 * @param face in which form a failure is told
 * @param needs what an API key must be for
 * @param audit what is written down of it
 * @param follow what is made of the handler's answer, also of one that is given again
 */
record Route(
    HttpMethod method,
    String path,
    Access access,
    Body body,
    boolean creates,
    Optional<Function<Object, Answer>> told,
    Handler handler,
    Optional<Follow> follow,
    Face face,
    KeyScope needs,
    Audit audit) {

  /** What a route leaves in the audit. */
  sealed interface Audit {
    /** Nobody has said yet; no route of the table may stay so. */
    record None() implements Audit {}

    /**
     * One record a request.
     *
     * @param action for instance {@code user.change}; what is before the first point is the kind of
     *     thing that it is done to
     */
    record Recorded(String action) implements Audit {
      String target() {
        return action.substring(0, action.indexOf('.'));
      }
    }

    /**
     * It leaves no record.
     *
     * @param why where else it is kept, or why nobody need know of it
     */
    record Elsewhere(String why) implements Audit {}
  }

  /** Whose clients read what is told. */
  enum Face {
    /** Problem documents. */
    OWN,
    /** OpenAI's envelope. */
    OPEN_AI,
    /** A problem document with OpenAI's envelope in it: both kinds of clients ask there. */
    BOTH
  }

  /** What a route reads of its request. */
  enum Body {
    NONE,
    JSON,
    /** A JSON object, or a form with a file. */
    UPLOAD
  }

  /** Decodes, validates, calls, responds; on a virtual thread. */
  @FunctionalInterface
  interface Handler {
    Answer handle(Exchange exchange);
  }

  /** Goes on from what was begun: the handler began it, now or when the same request came first. */
  @FunctionalInterface
  interface Follow {
    Answer follow(Exchange exchange, Answer.Text begun);
  }

  private Route(
      HttpMethod method, String path, Access access, Body body, boolean creates, Handler handler) {
    this(
        method,
        path,
        access,
        body,
        creates,
        Optional.empty(),
        handler,
        Optional.empty(),
        Face.OWN,
        KeyScope.ACCOUNT,
        new Audit.None());
  }

  static Route get(String path, Access access, Handler handler) {
    return new Route(HttpMethod.GET, path, access, Body.NONE, false, handler);
  }

  static Route post(String path, Access access, Handler handler) {
    return new Route(HttpMethod.POST, path, access, Body.JSON, false, handler);
  }

  static Route put(String path, Access access, Handler handler) {
    return new Route(HttpMethod.PUT, path, access, Body.JSON, false, handler);
  }

  static Route patch(String path, Access access, Handler handler) {
    return new Route(HttpMethod.PATCH, path, access, Body.JSON, false, handler);
  }

  static Route delete(String path, Access access, Handler handler) {
    return new Route(HttpMethod.DELETE, path, access, Body.NONE, false, handler);
  }

  /**
   * The same route, making something: an {@code Idempotency-Key} is honoured. The handler says what
   * it {@link dev.mordomo.kernel.Once#made has made}, and the answer is kept with it.
   *
   * @param how the handler answers what it has made
   */
  Route creating(Function<Object, Answer> how) {
    return creating(Optional.of(how));
  }

  /** The same, for a handler that finds what it made by the {@link dev.mordomo.kernel.Once} id. */
  Route finding() {
    return creating(Optional.empty());
  }

  private Route creating(Optional<Function<Object, Answer>> how) {
    return new Route(method, path, access, body, true, how, handler, follow, face, needs, audit);
  }

  /** The same route, taking files too. */
  Route uploading() {
    return new Route(
        method, path, access, Body.UPLOAD, creates, told, handler, follow, face, needs, audit);
  }

  /** The same route, whose answer is what becomes of what it began. */
  Route following(Follow next) {
    return new Route(
        method, path, access, body, creates, told, handler, Optional.of(next), face, needs, audit);
  }

  /** The same route, whose failures are told in another form. */
  Route facing(Face other) {
    return new Route(
        method, path, access, body, creates, told, handler, follow, other, needs, audit);
  }

  /** The same route, of which every request is written down. */
  Route audited(String action) {
    return audited(new Audit.Recorded(action));
  }

  /** The same route, which leaves no record. */
  Route unaudited(String why) {
    return audited(new Audit.Elsewhere(why));
  }

  private Route audited(Audit other) {
    return new Route(
        method, path, access, body, creates, told, handler, follow, face, needs, other);
  }

  /** The same routes, for API keys of another scope. */
  static List<Route> within(KeyScope scope, List<Route> routes) {
    return routes.stream()
        .map(r ->
            new Route(
                r.method, r.path, r.access, r.body, r.creates, r.told, r.handler, r.follow, r.face,
                scope, r.audit))
        .toList();
  }

  /** A failure in the form that this route's clients read. */
  Answer.Text failed(Failure failure, String requestId) {
    return switch (face) {
      case OWN -> Problem.of(failure, requestId);
      case OPEN_AI -> OpenAiError.of(failure, requestId);
      case BOTH -> {
        Answer.Text problem = Problem.of(failure, requestId);
        Map<String, Object> body = Json.map(Json.read(problem.body()));
        body.put("error", OpenAiError.error(failure));
        yield new Answer.Text(problem.status(), problem.headers(), Json.write(body));
      }
    };
  }
}
