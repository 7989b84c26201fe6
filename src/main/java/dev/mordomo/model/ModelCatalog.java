package dev.mordomo.model;

import dev.mordomo.kernel.Failure;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.TreeSet;

/** The models of this installation: the embedded ones, and any that a configured provider names. */
public final class ModelCatalog implements ChatModels {
  private static final int LONGEST_NAME = 200;

  private final Vertx vertx;
  private final ModelConfig config;
  private final Map<String, ModelProvider> providers;
  private final Map<String, ChatModel> embedded;
  private final List<EmbeddingModel> embeddedEmbeddings;
  private final EmbeddingModel embedding;
  private final ChatModel byDefault;

  /**
   * Finds the default models; for an embedding model of a provider this waits for its server.
   *
   * @param providers those of the configuration
   * @param embeddedChats chat models that run inside the server
   * @param embeddedEmbeddings likewise embedding models
   * @throws Failure {@code invalid} for a default that does not exist, or what asking the embedding
   *     model's server for its dimensions ended in
   */
  public ModelCatalog(
      Vertx vertx,
      ModelConfig config,
      List<? extends ModelProvider> providers,
      List<? extends ChatModel> embeddedChats,
      List<? extends EmbeddingModel> embeddedEmbeddings) {
    this.vertx = vertx;
    this.config = config;
    this.providers = new LinkedHashMap<>();
    providers.forEach(provider -> this.providers.put(provider.name(), provider));
    this.embedded = new LinkedHashMap<>();
    embeddedChats.forEach(chat -> embedded.put(chat.name(), chat));
    this.embeddedEmbeddings = List.copyOf(embeddedEmbeddings);
    this.embedding = embedding(config.embedding(), embeddedEmbeddings);
    this.byDefault = byName(config.chat());
  }

  private EmbeddingModel embedding(String name, List<? extends EmbeddingModel> embeddings) {
    Name parts = Name.of("model.embedding", name);
    if (!parts.provider().equals(ModelConfig.EMBEDDED)) {
      return provider("model.embedding", parts).embedding(parts.model());
    }
    Optional<EmbeddingModel> found =
        embeddings.stream()
            .filter(model -> model.name().equals(name))
            .<EmbeddingModel>map(model -> model)
            .findFirst();
    return found.orElseThrow(() ->
        unknown("model.embedding", name, embeddings.stream().map(EmbeddingModel::name).toList()));
  }

  /** The embedding model of the installation. */
  public EmbeddingModel embedding() {
    return embedding;
  }

  /** One that was the installation's before, if it still can be had; may ask its server. */
  public Optional<EmbeddingModel> embeddingNamed(String name) {
    try {
      return Optional.of(embedding(name, embeddedEmbeddings));
    } catch (Failure gone) {
      return Optional.empty();
    }
  }

  @Override
  public ChatModel byName(String name) {
    if (name.equals(ASSISTANT)) {
      return byDefault;
    }
    ChatModel model = alone(name);
    List<ChatModel> order = new ArrayList<>(List.of(model));
    config.fallback().stream()
        .filter(other -> !other.equals(name))
        .map(this::alone)
        .forEach(order::add);
    // What runs inside the server does not become unreachable.
    return embedded.containsKey(name)
        ? model
        : new FailoverChatModel(vertx, order, config.retries());
  }

  private ChatModel alone(String name) {
    Name parts = Name.of("model", name);
    if (!parts.provider().equals(ModelConfig.EMBEDDED)) {
      return provider("model", parts).chat(parts.model());
    }
    return Optional.ofNullable(embedded.get(name))
        .orElseThrow(() -> unknown("model", name, List.copyOf(embedded.keySet())));
  }

  private ModelProvider provider(String field, Name name) {
    return Optional.ofNullable(providers.get(name.provider()))
        .orElseThrow(() ->
            Failure.invalid(
                field,
                "no provider is named \""
                    + name.provider()
                    + "\"; configured: "
                    + String.join(", ", configured())));
  }

  private Set<String> configured() {
    Set<String> names = new TreeSet<>(providers.keySet());
    names.add(ModelConfig.EMBEDDED);
    return names;
  }

  private static Failure unknown(String field, String name, List<String> known) {
    return Failure.invalid(
        field, "no model is named \"" + name + "\"; embedded: " + String.join(", ", known));
  }

  @Override
  public ChatModel byDefault() {
    return byDefault;
  }

  @Override
  public List<ModelInfo> list() {
    SequencedSet<String> chats = new LinkedHashSet<>();
    chats.add(config.chat());
    chats.addAll(config.offered());
    chats.addAll(config.fallback());
    chats.addAll(embedded.keySet());
    List<ModelInfo> all = new ArrayList<>();
    for (String chat : chats) {
      all.add(new ModelInfo(chat, "chat", about(chat), chat.equals(config.chat())));
    }
    all.add(new ModelInfo(embedding.name(), "embedding", about(embedding.name()), true));
    return all;
  }

  private static String about(String name) {
    return switch (name) {
      case "embedded/extractive" ->
          "Not an LLM: quotes the best sentences of your documents, sets reminders and controls"
              + " devices; works offline";
      case "embedded/gloss-minilm" ->
          "MiniLM inside the server, for English; Portuguese and Spanish are glossed into English"
              + " first";
      case String other -> {
        Name parts = Name.of("model", other);
        yield parts.provider().equals(ModelConfig.ONNX)
            ? parts.model() + ", from a folder of this server"
            : parts.model() + ", served by " + parts.provider();
      }
    };
  }

  /** {@code provider/model}; the model's own name may hold slashes. */
  private record Name(String provider, String model) {
    static Name of(String field, String name) {
      int slash = name.indexOf('/');
      if (slash < 1
          || slash == name.length() - 1
          || name.length() > LONGEST_NAME
          || name.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
        throw Failure.invalid(field, "expected provider/name, such as embedded/extractive");
      }
      return new Name(name.substring(0, slash), name.substring(slash + 1));
    }
  }
}
