package dev.mordomo.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mordomo.identity.CredentialKind;
import dev.mordomo.identity.Principal;
import dev.mordomo.kernel.Caller;
import dev.mordomo.kernel.Database;
import dev.mordomo.kernel.Deed;
import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves one record of what a client asks for, whatever becomes of it. That of a change is in its
 * own transaction. What was read is not shown unless that it was can be written down.
 */
public final class AuditTrail {
  private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
  private static final Set<FailureCode> DENIALS =
      Set.of(
          FailureCode.UNAUTHENTICATED,
          FailureCode.TOKEN_EXPIRED,
          FailureCode.FORBIDDEN,
          FailureCode.NOT_FOUND);

  private static final Pattern NAME = Pattern.compile("[a-z][a-z_.]{0,39}");
  private static final int MOST_NAMES = 30;

  private final Database database;
  private final InstantSource clock;

  public AuditTrail(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /**
   * What is about to be done.
   *
   * @param action what is before its first point is the kind of thing that it is done to
   * @param principal empty: nobody has proved to be anybody
   */
  public Deed deed(String action, Optional<Principal> principal, Deed.Origin origin) {
    return new Deed(
        action,
        action.substring(0, action.indexOf('.')),
        principal.map(AuditTrail::actor).orElse(Deed.Actor.UNKNOWN),
        origin,
        clock.instant());
  }

  private static Deed.Actor actor(Principal principal) {
    return Deed.Actor.of(kind(principal), principal.scope(), principal.sessionId());
  }

  private static Deed.Kind kind(Principal principal) {
    return principal.kind() == CredentialKind.API_KEY ? Deed.Kind.KEY : Deed.Kind.USER;
  }

  /** As what somebody asks for something, for the records that are made of it later. */
  public static Caller caller(Principal principal, Optional<String> address) {
    return new Caller(kind(principal).wire(), principal.sessionId(), address);
  }

  /** Which members an object has: ours are few words, and what is none of them is left out. */
  public static List<String> names(JsonNode object) {
    return object.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> NAME.matcher(name).matches())
        .sorted()
        .limit(MOST_NAMES)
        .toList();
  }

  /**
   * Does it, and sees to its record.
   *
   * @param reads whether it changes nothing, so that it may still be withheld
   * @param done whether something was done at all: an answer that is given again did nothing
   * @param work begins the deed itself where the doing begins
   */
  public <T> T follow(Deed deed, boolean reads, BooleanSupplier done, Supplier<T> work) {
    T result;
    try {
      result = work.get();
    } catch (Failure e) {
      failed(deed, e.code());
      throw e;
    } catch (RuntimeException | Error e) {
      failed(deed, FailureCode.INTERNAL);
      throw e;
    }
    if (done.getAsBoolean() && !deed.isKept()) {
      over(deed, reads);
    }
    return result;
  }

  private void over(Deed deed, boolean reads) {
    try {
      database.record(deed, Deed.Result.OK, Optional.empty());
    } catch (Failure e) {
      if (reads) {
        throw e;
      }
      LOG.error("a change was made, and its record could not be written: {}", deed, e);
    }
  }

  /** Of those who guess, the guard writes down enough by refusing them. */
  private void failed(Deed deed, FailureCode code) {
    if (code == FailureCode.RATE_LIMITED) {
      return;
    }
    Deed.Result result = DENIALS.contains(code) ? Deed.Result.DENIED : Deed.Result.FAILED;
    try {
      database.record(deed, result, Optional.of(code));
    } catch (Failure e) {
      LOG.error("a refusal could not be written down: {} {}", deed, code, e);
    }
  }
}
