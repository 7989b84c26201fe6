package dev.mordomo.model.embedded.extractive.intent;

import dev.mordomo.model.embedded.extractive.time.TimeExpression;
import dev.mordomo.model.embedded.extractive.words.Reading;
import dev.mordomo.model.embedded.extractive.words.Vocabulary;
import dev.mordomo.model.embedded.extractive.words.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Commands to devices: a verb, a device that is known, perhaps a place and a value; no more. */
final class DeviceGrammar extends Reading {
  private static final double SURE = 0.95;
  private static final double ASKED = 0.75;
  private static final int PLACE_WORDS = 3;
  private static final List<String> ENDS_OF_NAME =
      List.of(
          "polite-end",
          "condition",
          "particle-on",
          "particle-off",
          "particle-up",
          "particle-down",
          "degree",
          "shift",
          "level-alone",
          "place-adverb",
          "and");
  private static final Set<String> OPENING_DEVICES = Set.of("blind", "garage", "gate", "window");

  private final Opening opening;
  private final Optional<TimeExpression> time;

  DeviceGrammar(
      Words words, Vocabulary vocabulary, Opening opening, Optional<TimeExpression> time) {
    super(words, vocabulary);
    this.opening = opening;
    this.time = time;
  }

  Optional<Understood> read() {
    if (opening.asks() || is("negation", opening.start())) {
      return Optional.empty();
    }
    List<DeviceCommand> commands = new ArrayList<>();
    int at = opening.start();
    boolean timeFirst = isTime(at);
    while (isTime(at) || (timeFirst && isSign(at, ","))) {
      at++;
    }
    Optional<Phrase> phrase = command(opening.afterPolite(at), Optional.empty());
    while (phrase.isPresent()) {
      commands.add(phrase.get().command);
      at = phrase.get().end;
      int next = skip("and", isSign(at, ",") ? at + 1 : at);
      phrase = next == at ? Optional.empty() : command(opening.afterPolite(next), phrase);
    }
    if (commands.isEmpty()) {
      return Optional.empty();
    }
    boolean later = timeFirst;
    while (at < words.size()) {
      int next = ending(at);
      if (next == at && !is("condition", at)) {
        return Optional.empty();
      }
      later = later || isTime(at) || is("condition", at);
      at = is("condition", at) ? words.size() : next;
    }
    double confidence = opening.endsAsking() ? ASKED : SURE;
    Intent intent = new Intent.Control(commands, later);
    return Optional.of(new Understood(intent, confidence, vocabulary.language()));
  }

  private boolean isTime(int at) {
    return at < words.size()
        && time.stream()
            .flatMap(found -> found.spans().stream())
            .anyMatch(
                span -> words.get(at).start() >= span.start() && words.get(at).end() <= span.end());
  }

  /** The index after what may end a command, or the same. */
  private int ending(int at) {
    if (isTime(at) || ",.!?;…".contains(words.fold(at))) {
      return at + 1;
    }
    return Math.max(
        Math.max(skip("polite-end", at), skip("polite", at)),
        Math.max(skip("place-adverb", at), skip("degree", at)));
  }

  /** One command; the verb of the one before holds on ("apaga a luz e a TV"). */
  private Optional<Phrase> command(int from, Optional<Phrase> before) {
    int at = skip("dative", from);
    Optional<Vocabulary.Match> verb = match("device-verb", at);
    Optional<Phrase> whole =
        verb.flatMap(found -> object(found.value(), skip("degree", found.end()), false));
    if (whole.isPresent()) {
      return whole;
    }
    int split = skip("device-split", at);
    if (split > at) {
      return object("", split, true);
    }
    int det = skip("det", at);
    if (verb.isPresent() || before.isEmpty() || det == at) {
      return Optional.empty();
    }
    return is("in-place", det)
        ? Optional.of(elsewhere(before.get(), det))
        : object(before.get().verb, at, false);
  }

  /** "e a da cozinha": the device of before in another place. */
  private Phrase elsewhere(Phrase before, int in) {
    int end = endOfName(in, true);
    String noun = before.command.device();
    DeviceCommand same = before.command;
    String place = words.between(skip("det", skip("in-place", in)), end);
    DeviceCommand command =
        new DeviceCommand(
            same.name(),
            noun,
            Optional.of(place),
            before.noun + " " + words.between(in, end),
            same.value(),
            same.unit());
    return new Phrase(command, before.verb, before.noun, end);
  }

  private Optional<Phrase> object(String verb, int from, boolean split) {
    int start = skip("det", from);
    Optional<Vocabulary.Match> device = device(start);
    if (device.isEmpty()) {
      start = from;
      device = device(start);
    }
    if (device.isEmpty()) {
      return Optional.empty();
    }
    int nounEnd = device.get().end();
    int end = endOfName(nounEnd, device.get().value().equals("all"));
    String action = split ? particle(end) : verb;
    if (split && !action.isEmpty() && end == nounEnd && is("in-place", end + 1)) {
      return aside(action, start, nounEnd);
    }
    if (action.isEmpty() || namesNoPlace(nounEnd, end)) {
      return Optional.empty();
    }
    int shifted = skip("degree", split ? end + 1 : end);
    Optional<Vocabulary.Match> shift = match("shift", shifted);
    if (shift.isPresent() && action.equals("set")) {
      action = shift.get().value();
    }
    Value value =
        shift
            .map(more -> new Value(Optional.empty(), Optional.empty(), false, more.end()))
            .orElseGet(() -> value(skip("degree", split ? end + 1 : end)));
    DeviceCommand command =
        new DeviceCommand(
            named(action, device.get().value(), value),
            device.get().value(),
            place(start, nounEnd, end).or(() -> adverb(value.end)),
            words.between(start, end),
            value.value,
            value.unit);
    return Optional.of(new Phrase(command, verb, words.between(start, nounEnd), value.end));
  }

  /** "turn the lights off in the office": the place stands behind the particle. */
  private Optional<Phrase> aside(String action, int start, int nounEnd) {
    int end = endOfName(nounEnd + 1, true);
    String place = words.between(skip("det", skip("in-place", nounEnd + 1)), end);
    String device = device(start).orElseThrow().value();
    DeviceCommand command =
        new DeviceCommand(
            action,
            device,
            Optional.of(place),
            words.between(start, nounEnd) + " " + words.between(nounEnd + 1, end),
            Optional.empty(),
            Optional.empty());
    return Optional.of(new Phrase(command, action, words.between(start, nounEnd), end));
  }

  /** "turn the light on", "turn the heating up". */
  private String particle(int at) {
    if (is("particle-up", at)) {
      return "increase";
    }
    if (is("particle-down", at)) {
      return "decrease";
    }
    return is("particle-on", at) ? "turn_on" : is("particle-off", at) ? "turn_off" : "";
  }

  /** The device's word: at the place in Portuguese and Spanish, up to five words on in English. */
  private Optional<Vocabulary.Match> device(int from) {
    Optional<Vocabulary.Match> device = match("device", from);
    if (!vocabulary.language().equals("en")) {
      return device;
    }
    for (int at = from + 1; at < from + 5 && at < words.size(); at++) {
      if (!words.get(at).isLetters() || is("to", at) || is("in", at) || is("and", at)) {
        break;
      }
      Optional<Vocabulary.Match> next = match("device", at);
      boolean further =
          next.isPresent() && (device.isEmpty() || next.get().end() > device.get().end());
      device = further ? next : device;
    }
    return device;
  }

  /** An adjective may follow the device's word, and places of up to three words. */
  private int endOfName(int nounEnd, boolean bareOnly) {
    int at = nounEnd;
    int bare = bareOnly || vocabulary.language().equals("en") ? 0 : 1;
    while (at < words.size() && !endsName(at)) {
      int in = skip("in", at);
      if (in > at) {
        at = skip("det", in);
        bare = PLACE_WORDS;
      } else if (bare > 0) {
        at++;
        bare--;
      } else {
        return at;
      }
    }
    return at;
  }

  private boolean endsName(int at) {
    return !words.get(at).isLetters()
        || isTime(at)
        || valueAhead(at)
        || (is("color", at) && isLast(at))
        || ENDS_OF_NAME.stream().anyMatch(category -> is(category, at))
        || (is("to", at) && !is("in", at));
  }

  private boolean isLast(int at) {
    return at + 1 >= words.size() || ending(at + 1) > at + 1;
  }

  private boolean namesNoPlace(int nounEnd, int end) {
    return words.list().subList(nounEnd, Math.max(nounEnd, end)).stream()
        .anyMatch(word -> vocabulary.has("not-a-place", word.fold()));
  }

  private boolean valueAhead(int at) {
    int to = skip("to", at);
    int from = skip("det", to);
    return to > at
        && (number(to).filter(n -> !is("device", n.end())).isPresent()
            || is("level", to)
            || is("level", from)
            || is("color", to));
  }

  private Optional<String> adverb(int at) {
    return match("place-adverb", at).map(where -> words.between(at, where.end()));
  }

  private Optional<String> place(int nounStart, int nounEnd, int end) {
    for (int at = nounEnd; at < end; at++) {
      int in = skip("in-place", at);
      if (in > at && in < end) {
        return Optional.of(words.between(skip("det", in), end)).filter(text -> !text.isEmpty());
      }
    }
    if (vocabulary.language().equals("en")) {
      for (int at = nounStart; at < nounEnd; at++) {
        if (match("device", at).filter(found -> found.end() == nounEnd).isPresent()) {
          return Optional.of(words.between(nounStart, at)).filter(text -> !text.isEmpty());
        }
      }
    }
    return Optional.empty();
  }

  private Value value(int at) {
    Optional<Vocabulary.Match> half = match("level-alone", at);
    if (half.isPresent()) {
      Object share = Integer.valueOf(half.get().value());
      return new Value(Optional.of(share), Optional.of("%"), true, half.get().end());
    }
    int to = skip("to", at);
    Optional<Vocabulary.Match> bare = match("color", at);
    if (to == at && bare.isPresent()) {
      Object color = words.between(at, bare.get().end());
      return new Value(Optional.of(color), Optional.empty(), true, bare.get().end());
    }
    if (to == at && at < words.size() && !words.get(at).isNumber()) {
      return new Value(Optional.empty(), Optional.empty(), false, at);
    }
    boolean target = is("to-target", at);
    Optional<Vocabulary.Match> word = match("level", to).or(() -> match("color", to));
    if (to > at && word.isPresent()) {
      String text =
          word.get().value().isEmpty() ? words.between(to, word.get().end()) : word.get().value();
      return new Value(Optional.of(text), Optional.empty(), target, word.get().end());
    }
    Optional<Quantity> number = number(to);
    if (number.isEmpty() || is("unit", number.get().end())) {
      return new Value(Optional.empty(), Optional.empty(), false, at);
    }
    Object amount =
        number.get().isWhole() ? (Object) number.get().whole() : (Object) number.get().value();
    Optional<Vocabulary.Match> unit = match("unit-of", number.get().end());
    return new Value(
        Optional.of(amount),
        unit.map(Vocabulary.Match::value),
        target,
        unit.map(Vocabulary.Match::end).orElse(number.get().end()));
  }

  /** To lower a blind is to close it; to raise the volume to 30 is to set it. */
  private static String named(String verb, String device, Value value) {
    boolean up = verb.equals("increase");
    boolean down = verb.equals("decrease");
    if ((up || down) && value.value.isPresent() && value.target) {
      return "set";
    }
    if (OPENING_DEVICES.contains(device)) {
      boolean part = value.unit.filter("%"::equals).isPresent();
      return part ? "set" : up ? "open" : down ? "close" : verb;
    }
    return verb;
  }

  private record Phrase(DeviceCommand command, String verb, String noun, int end) {}

  private record Value(Optional<Object> value, Optional<String> unit, boolean target, int end) {}
}
