package dev.mordomo.chat;

import dev.mordomo.action.Action;
import dev.mordomo.action.Actions;
import dev.mordomo.action.ToolContext;
import dev.mordomo.billing.BillingConfig;
import dev.mordomo.billing.BillingService;
import dev.mordomo.kernel.Bus;
import dev.mordomo.kernel.DatabaseConfig;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.Ids;
import dev.mordomo.kernel.Keyring;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Settings;
import dev.mordomo.kernel.Streams;
import dev.mordomo.kernel.Streams.StreamEvent;
import dev.mordomo.kernel.TestDatabase;
import dev.mordomo.model.ScriptedModel;
import dev.mordomo.model.ToolCall;
import dev.mordomo.model.ToolSpec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Chat on a real database, with a model that the test speaks for. One node. */
final class ChatHouse implements AutoCloseable {
  final ScriptedModel model = new ScriptedModel();
  final List<Retrieval.Retrieved> found = new CopyOnWriteArrayList<>();
  final LinkedBlockingQueue<StreamEvent> heard = new LinkedBlockingQueue<>();
  final ChatService chat;
  final Streams streams;
  private final Vertx vertx = Vertx.vertx();
  private final dev.mordomo.kernel.Database database;
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final LinkedBlockingQueue<ConversationDeleted> deleted = new LinkedBlockingQueue<>();
  final RecentTurns recent;

  /** What a test may put in the place of one that answers at once. */
  volatile Retrieval retrieval = (scope, collections, question) -> List.copyOf(found);

  /** Likewise. */
  volatile Actions actions = new NoActions();

  ChatHouse(TestDatabase db, Map<String, String> settings) {
    this(db.config(), settings);
  }

  /** On a database that is reached in the test's own way. */
  ChatHouse(DatabaseConfig config, Map<String, String> settings) {
    this(config, settings, RecentConfig.from(Settings.of(settings, Map.of())));
  }

  /** A node that remembers in the test's own way. */
  ChatHouse(DatabaseConfig config, Map<String, String> settings, RecentConfig remembering) {
    database = new dev.mordomo.kernel.Database(vertx, config, TestDatabase.SECRET);
    Bus bus = new Bus(vertx);
    streams = new Streams(database, bus);
    bus.subscribe(ConversationDeleted.ADDRESS, deleted::add);
    bus.subscribe(Streams.ADVANCED, advanced -> heard.addAll(advanced.events()));
    UUID node = Ids.next();
    BillingService billing =
        new BillingService(
            vertx,
            database,
            streams,
            node,
            BillingConfig.from(Settings.of(Map.of(), Map.of())),
            InstantSource.system());
    ChatConfig limits = ChatConfig.from(Settings.of(settings, Map.of()));
    recent =
        RecentTurns.open(
            vertx,
            remembering,
            Keyring.open(database, TestDatabase.SECRET, InstantSource.system()),
            meters);
    chat =
        new ChatService(
            vertx,
            database,
            streams,
            bus,
            model,
            (scope, collections, question) -> retrieval.retrieve(scope, collections, question),
            new LateActions(),
            billing,
            scope -> new Speaker("pt-BR", ZoneId.of("America/Sao_Paulo")),
            dev.mordomo.kernel.Masking.NONE,
            recent,
            node,
            limits,
            TurnDefaults.of(limits),
            meters,
            InstantSource.system());
    for (int i = 0; i < 2; i++) {
      vertx
          .deployVerticle(
              new ChatVerticle(chat, bus, i == 0),
              new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
          .await();
    }
  }

  Conversation conversation(Scope scope) {
    return chat.create(scope, "", "web", Optional.empty(), Optional.empty(), Map.of());
  }

  /** What the channels say until an event of this type; the event is the last. */
  List<StreamEvent> until(String type) throws InterruptedException {
    List<StreamEvent> events = new ArrayList<>();
    while (true) {
      StreamEvent event = heard.poll(20, TimeUnit.SECONDS);
      if (event == null) {
        throw new AssertionError("no " + type + " after " + events);
      }
      events.add(event);
      if (event.type().equals(type)) {
        return events;
      }
    }
  }

  static TurnRequest words(Conversation conversation, String text) {
    return TurnRequest.of(conversation.id(), text, UUID.randomUUID().toString());
  }

  static TurnRequest words(Conversation conversation, String text, Directions directions) {
    return asked(conversation, text, false, directions);
  }

  /** With the client's own history and tools, to be ended before one of these texts. */
  static Directions directions(
      Optional<List<Directions.Line>> history,
      List<ToolSpec> tools,
      Optional<List<String>> stops,
      boolean plain) {
    return new Directions(
        plain,
        "",
        history,
        List.of(),
        tools,
        false,
        Optional.empty(),
        Optional.empty(),
        stops,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** An answer that is also wanted in sentences. */
  static TurnRequest spoken(Conversation conversation, String text) {
    return asked(conversation, text, true, Directions.NONE);
  }

  private static TurnRequest asked(
      Conversation conversation, String text, boolean speech, Directions directions) {
    return TurnRequest.again(
        conversation.id(),
        text,
        UUID.randomUUID().toString(),
        new TurnStore.Wanted(
            Optional.empty(), Optional.empty(), speech, Optional.of(directions), Optional.empty()));
  }

  @Override
  public void close() {
    // As App does it: verticles first, then the pool.
    vertx.deploymentIDs().forEach(id -> vertx.undeploy(id).await());
    recent.close();
    database.close().await();
    vertx.close().await();
  }

  /** Those that the test chose last. */
  private final class LateActions implements Actions {
    @Override
    public List<ToolSpec> tools() {
      return actions.tools();
    }

    @Override
    public Action run(ToolContext context, ToolCall call) {
      return actions.run(context, call);
    }
  }

  private static final class NoActions implements Actions {
    @Override
    public List<ToolSpec> tools() {
      return List.of();
    }

    @Override
    public Action run(ToolContext context, ToolCall call) {
      throw Failure.invalid("name", "no tool is named " + call.name());
    }
  }
}
