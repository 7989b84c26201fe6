package dev.mordomo.identity;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.mordomo.kernel.Scope;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What a user may do, from most to least. Only the superuser stands above a tenant. */
public enum Role {
  SUPERUSER,
  ADMIN,
  OPERATOR,
  MEMBER,
  /** Who has no account: talks, and sees what they said. Never given by anybody. */
  GUEST;

  /** The name on the wire and in the table. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Every name on the wire that can be given to somebody. */
  public static List<String> wires() {
    return Stream.of(values()).filter(role -> role != GUEST).map(Role::wire).toList();
  }

  /**
   * @throws IllegalArgumentException when it is none of {@link #wires()}
   */
  public static Role of(String wire) {
    return valueOf(wire.toUpperCase(Locale.ROOT));
  }

  static Role of(Scope scope) {
    return of(scope.role());
  }

  /** Whether who has this role may give that one, or change someone who has it. */
  public boolean covers(Role other) {
    return compareTo(other) <= 0;
  }
}
