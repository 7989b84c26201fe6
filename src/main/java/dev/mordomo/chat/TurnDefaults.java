package dev.mordomo.chat;

import java.util.Optional;
import java.util.UUID;

/** What a tenant's turn uses where neither it nor its conversation says. Never waits. */
public interface TurnDefaults {
  /** Empty: {@code model.chat}. */
  Optional<String> model(UUID tenant);

  /** 0 to 2. */
  double temperature(UUID tenant);

  /** The longest answer. */
  int maxTokens(UUID tenant);

  /** What the model is told besides; may be empty. */
  String instructions(UUID tenant);

  /** The same for all, as the configuration says. */
  static TurnDefaults of(ChatConfig config) {
    return new TurnDefaults() {
      @Override
      public Optional<String> model(UUID tenant) {
        return Optional.empty();
      }

      @Override
      public double temperature(UUID tenant) {
        return config.temperature();
      }

      @Override
      public int maxTokens(UUID tenant) {
        return config.maxTokens();
      }

      @Override
      public String instructions(UUID tenant) {
        return config.instructions();
      }
    };
  }
}
