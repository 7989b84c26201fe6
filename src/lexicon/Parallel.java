import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes aligned texts out of unpacked packages: for each language a file of pairs, English and the
 * other, separated by a tab. Only sources whose licence lets a derived word list be shipped under
 * Apache-2.0 are read; NOTICE names them. Run by {@code rebuild}.
 */
final class Parallel {
  private static final Pattern PARAGRAPH =
      Pattern.compile("<(?:p|h\\d)[^>]* ?id=\"([^\"]+)\"[^>]*>(.*?)</(?:p|h\\d)>", Pattern.DOTALL);
  private static final Pattern ANNOTATION =
      Pattern.compile("<annotation cp=\"([^\"]+)\"( type=\"tts\")?[^>]*>([^<]*)<");
  private static final Pattern FLUENT = Pattern.compile("^(-?[\\w-]+|\\s+\\.[\\w-]+) *=(.*)$");
  private static final Pattern MEMBER = Pattern.compile("^( *)\"([^\"]+)\": (\\{|\"(.*)\",?)$");

  private final Path root;
  private final String language;
  private final Set<String> pairs = new LinkedHashSet<>();

  private Parallel(Path root, String language) {
    this.root = root;
    this.language = language;
  }

  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    for (String language : List.of("pt", "es")) {
      Parallel parallel = new Parallel(root, language);
      parallel.read();
      Path out = root.resolve("pairs-" + language + ".tsv");
      Files.write(out, parallel.pairs);
      IO.println(out + ": " + parallel.pairs.size() + " pairs");
    }
  }

  private void read() throws IOException {
    boolean portuguese = language.equals("pt");
    libreOffice(portuguese ? Map.of("pt-br", "pt-BR", "pt", "pt") : Map.of("es", "es"));
    for (String variant : portuguese ? List.of("pt-BR", "pt-PT") : List.of("es-ES", "es-MX")) {
      mozilla("firefox-esr-l10n", "usr/lib/firefox-esr/browser/extensions", "@firefox-esr", variant);
      mozilla("thunderbird-l10n", "usr/lib/thunderbird/extensions", "@thunderbird", variant);
    }
    for (String variant : portuguese ? List.of("pt-BR", "pt-PT") : List.of("es", "es-419")) {
      join(pak("en-GB"), pak(variant));
    }
    for (String variant : portuguese ? List.of("pt", "pt_PT") : List.of("es", "es_419", "es_MX")) {
      join(annotations("en"), annotations(variant));
    }
    for (String variant : portuguese ? List.of("pt", "pt-BR") : List.of("es")) {
      join(presets("en"), presets(variant));
    }
  }

  private void join(Map<String, String> english, Map<String, String> other) {
    english.forEach(
        (id, text) -> {
          String translated = other.getOrDefault(id, "");
          if (!translated.isBlank() && !translated.equals(text)) {
            pairs.add(flat(text) + "\t" + flat(translated));
          }
        });
  }

  private static String flat(String text) {
    return text.replaceAll("<[^>]*>", " ")
        .replaceAll("\\{ *\\$?[^}]*\\}|%\\d?\\$?[sSdn]|\\$\\d|&(nbsp|amp|lt|gt|quot|#\\d+);", " ")
        .replace("&", "")
        .replaceAll("\\s+", " ")
        .strip();
  }

  /** The help pages: paragraphs have the same id in every language. */
  private void libreOffice(Map<String, String> variants) throws IOException {
    Path english = root.resolve("libreoffice-help-en-us/usr/share/libreoffice/help/en-US");
    for (Map.Entry<String, String> variant : variants.entrySet()) {
      Path other =
          root.resolve("libreoffice-help-" + variant.getKey())
              .resolve("usr/share/libreoffice/help/" + variant.getValue());
      try (Stream<Path> pages = Files.walk(english.resolve("text"))) {
        for (Path page : pages.filter(p -> p.toString().endsWith(".html")).sorted().toList()) {
          Path translated = other.resolve(english.relativize(page).toString());
          if (Files.exists(translated)) {
            join(paragraphs(page), paragraphs(translated));
          }
        }
      }
    }
  }

  private static Map<String, String> paragraphs(Path page) throws IOException {
    Map<String, String> paragraphs = new TreeMap<>();
    Matcher paragraph = PARAGRAPH.matcher(Files.readString(page));
    while (paragraph.find()) {
      paragraphs.put(paragraph.group(1), paragraph.group(2));
    }
    return paragraphs;
  }

  /** Language packs: messages have the same id in the same file. */
  private void mozilla(String name, String folder, String suffix, String variant)
      throws IOException {
    Map<String, String> other = languagePack(name, folder, suffix, variant);
    join(languagePack(name, folder, suffix, "en-GB"), other);
  }

  private Map<String, String> languagePack(
      String name, String folder, String suffix, String variant) throws IOException {
    Map<String, String> messages = new TreeMap<>();
    String file = "langpack-" + variant + suffix + ".mozilla.org.xpi";
    Path pack =
        root.resolve(name + "-" + variant.toLowerCase(java.util.Locale.ROOT))
            .resolve(folder)
            .resolve(file);
    if (!Files.exists(pack)) {
      return messages;
    }
    try (FileSystem zip = FileSystems.newFileSystem(pack);
        Stream<Path> files = Files.walk(zip.getPath("/"))) {
      for (Path inside : files.sorted().toList()) {
        String path = inside.toString();
        if (path.endsWith(".ftl") || path.endsWith(".properties")) {
          String key = path.replace(variant, "");
          messages(Files.readString(inside), (id, text) -> messages.put(key + " " + id, text));
        }
      }
    }
    return messages;
  }

  private static void messages(String text, BiConsumer<String, String> taker) {
    String id = "";
    String owner = "";
    StringBuilder value = new StringBuilder();
    for (String line : text.lines().toList()) {
      Matcher message = FLUENT.matcher(line);
      if (message.matches()) {
        taker.accept(id, value.toString());
        value.setLength(0);
        boolean attribute = message.group(1).startsWith(" ");
        owner = attribute ? owner : message.group(1);
        id = attribute ? owner + message.group(1).strip() : owner;
        value.append(message.group(2));
      } else if (line.startsWith(" ") && !line.strip().startsWith("[") && !line.contains("*[")) {
        value.append(' ').append(line.strip());
      } else if (line.startsWith("#")) {
        taker.accept(id, value.toString());
        value.setLength(0);
        id = "";
      }
    }
    taker.accept(id, value.toString());
  }

  /** A Chromium resource pack, version 5: an index of numbers and offsets, then the texts. */
  private Map<String, String> pak(String variant) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    Path file = root.resolve("chromium-l10n/usr/lib/chromium/locales/" + variant + ".pak");
    ByteBuffer pack = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (pack.getInt(0) != 5) {
      throw new UncheckedIOException(new IOException(file + ": not a pack of version 5"));
    }
    int count = Short.toUnsignedInt(pack.getShort(8));
    for (int i = 0; i < count; i++) {
      int entry = 12 + 6 * i;
      int start = pack.getInt(entry + 2);
      int end = pack.getInt(entry + 8);
      byte[] text = new byte[end - start];
      pack.get(start, text);
      texts.put(
          Integer.toString(Short.toUnsignedInt(pack.getShort(entry))),
          new String(text, StandardCharsets.UTF_8));
    }
    return texts;
  }

  /** The names and key words of pictographs. */
  private Map<String, String> annotations(String variant) throws IOException {
    Map<String, String> names = new TreeMap<>();
    for (String folder : List.of("annotations", "annotationsDerived")) {
      Path file =
          root.resolve("unicode-cldr-core/usr/share/unicode/cldr/common")
              .resolve(folder)
              .resolve(variant + ".xml");
      if (Files.exists(file)) {
        Matcher annotation = ANNOTATION.matcher(Files.readString(file));
        while (annotation.find()) {
          String kind = annotation.group(2) == null ? " words" : " name";
          names.put(annotation.group(1) + kind, annotation.group(3).replace("|", ","));
        }
      }
    }
    return names;
  }

  /** The names of what stands on a map: shops, offices, roads, fields of forms. */
  private Map<String, String> presets(String variant) throws IOException {
    Map<String, String> names = new TreeMap<>();
    Deque<String> path = new ArrayDeque<>();
    Path file = root.resolve("osm/package/dist/translations/" + variant + ".json");
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    for (String line : lines) {
      Matcher member = MEMBER.matcher(line);
      if (!member.matches()) {
        continue;
      }
      int depth = member.group(1).length() / 4;
      while (path.size() >= depth) {
        path.removeLast();
      }
      path.addLast(depth == 1 ? "" : member.group(2));
      if (member.group(4) != null && !member.group(2).equals("terms")) {
        names.put(String.join(" ", path), member.group(4));
      }
    }
    return names;
  }
}
