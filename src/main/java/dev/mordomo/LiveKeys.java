package dev.mordomo;

import dev.mordomo.chat.ChatConfig;
import dev.mordomo.chat.TurnDefaults;
import dev.mordomo.gateway.RateConfig;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.LiveKey;
import dev.mordomo.kernel.LiveSettings;
import dev.mordomo.kernel.Settings;
import dev.mordomo.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Every setting that may change while the server runs, with what holds until then. */
final class LiveKeys implements TurnDefaults {
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST_INSTRUCTIONS = 8_000;
  private static final int MOST_TOKENS = 1_000_000;

  private final LiveKey<String> model;
  private final LiveKey<Double> temperature;
  private final LiveKey<Integer> maxTokens;
  private final LiveKey<String> instructions;
  private final RateConfig rates;
  private final LiveSettings live;

  /**
   * @param models throws for a name that no model has
   */
  LiveKeys(Settings settings, ChatConfig chat, ModelConfig models, Consumer<String> known) {
    model =
        LiveKey.text(
                "brain.model",
                "The model that answers where neither the turn nor its conversation names one.",
                models.chat(),
                settings.origin("model.chat"),
                1,
                LONGEST_NAME)
            .where(name -> isKnown(known, name), "the name of a model that is configured");
    temperature =
        LiveKey.decimal(
            "brain.temperature",
            "How freely the model words its answers.",
            chat.temperature(),
            settings.origin("chat.temperature"),
            0,
            2);
    maxTokens =
        LiveKey.integer(
            "brain.max_tokens",
            "The longest answer, in tokens.",
            chat.maxTokens(),
            settings.origin("chat.max_tokens"),
            1,
            MOST_TOKENS);
    instructions =
        LiveKey.text(
            "brain.instructions",
            "What the model is told besides, at the start of each turn.",
            chat.instructions(),
            settings.origin("chat.instructions"),
            0,
            LONGEST_INSTRUCTIONS);
    double sensitivity = settings.decimal("wake_word.sensitivity", 0.7, 0, 1);
    String voice = settings.text("tts.voice", "pt_BR-faber-medium");
    List<LiveKey<?>> limits = new ArrayList<>();
    rates =
        RateConfig.from(
            settings,
            (key, description, base, most) -> {
              LiveKey<Integer> limit =
                  LiveKey.integer(key, description, base, settings.origin(key), 0, most)
                      .ofInstallation();
              limits.add(limit);
              return () -> everywhere(limit);
            });
    List<LiveKey<?>> keys =
        List.of(
            model,
            temperature,
            maxTokens,
            instructions,
            LiveKey.decimal(
                "wake_word.sensitivity",
                "How readily devices take a sound for their wake word.",
                sensitivity,
                settings.origin("wake_word.sensitivity"),
                0,
                1),
            LiveKey.text(
                "tts.voice",
                "The voice that devices speak with.",
                voice,
                settings.origin("tts.voice"),
                1,
                LONGEST_NAME));
    live = new LiveSettings(Stream.concat(keys.stream(), limits.stream()).toList());
  }

  private int everywhere(LiveKey<Integer> limit) {
    return live.of(limit);
  }

  /** How often, as it holds at each moment. */
  RateConfig rates() {
    return rates;
  }

  private static boolean isKnown(Consumer<String> known, String name) {
    try {
      known.accept(name);
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  LiveSettings settings() {
    return live;
  }

  @Override
  public Optional<String> model(UUID tenant) {
    return live.place(model, tenant).map(place -> live.of(model, tenant));
  }

  @Override
  public double temperature(UUID tenant) {
    return live.of(temperature, tenant);
  }

  @Override
  public int maxTokens(UUID tenant) {
    return live.of(maxTokens, tenant);
  }

  @Override
  public String instructions(UUID tenant) {
    return live.of(instructions, tenant);
  }
}
