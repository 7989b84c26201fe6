package dev.mordomo.knowledge.text;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.mime4j.dom.Entity;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.dom.TextBody;
import org.apache.james.mime4j.dom.address.Address;
import org.apache.james.mime4j.dom.address.Mailbox;
import org.apache.james.mime4j.message.DefaultMessageBuilder;
import org.apache.james.mime4j.stream.MimeConfig;

/**
 * Reads an e-mail: its subject as the heading, who wrote to whom and when, its text (of
 * alternatives the plain one), and the names of what is attached.
 */
final class EmlReader implements DocumentReader {
  private static final int DEEPEST = 10;
  private static final int MOST_PARTS = 200;
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");
  private static final MimeConfig LIMITS =
      MimeConfig.custom()
          .setMaxHeaderCount(1_000)
          .setMaxHeaderLen(100_000)
          .setMaxLineLen(1_000_000)
          .build();

  @Override
  public void read(byte[] bytes, BlockWriter out) throws IOException {
    DefaultMessageBuilder builder = new DefaultMessageBuilder();
    builder.setMimeEntityConfig(LIMITS);
    // What is no e-mail ends in a MimeIOException, which is an IOException.
    Message message = builder.parseMessage(new ByteArrayInputStream(bytes));
    new Walk(out).message(message, 0);
  }

  /** One reading of one message. */
  private static final class Walk {
    private final BlockWriter out;
    private final List<String> attached = new ArrayList<>();
    private int parts;

    Walk(BlockWriter out) {
      this.out = out;
    }

    void message(Message message, int depth) throws IOException {
      String subject = Optional.ofNullable(message.getSubject()).orElse("");
      out.title(subject);
      out.heading(Math.min(6, depth + 1), subject);
      out.paragraph(String.join("\n", head(message)));
      part(message, depth);
      if (depth == 0 && !attached.isEmpty()) {
        attached.forEach(name -> out.item(0, "-", name));
      }
    }

    private static List<String> head(Message message) {
      List<String> lines = new ArrayList<>();
      if (message.getFrom() != null) {
        lines.add("From: " + names(message.getFrom()));
      }
      if (message.getTo() != null) {
        lines.add("To: " + names(message.getTo()));
      }
      if (message.getCc() != null) {
        lines.add("Cc: " + names(message.getCc()));
      }
      if (message.getDate() != null) {
        lines.add("Date: " + DAY.format(message.getDate().toInstant().atOffset(ZoneOffset.UTC)));
      }
      return lines;
    }

    private static String names(Iterable<? extends Address> addresses) {
      List<String> names = new ArrayList<>();
      addresses.forEach(address ->
          names.add(
              address instanceof Mailbox mailbox && mailbox.getName() != null
                  ? mailbox.getName() + " <" + mailbox.getAddress() + ">"
                  : address.toString()));
      return String.join(", ", names);
    }

    private void part(Entity entity, int depth) throws IOException {
      if (depth > DEEPEST || ++parts > MOST_PARTS) {
        throw new IOException("nested too deep, or too many parts");
      }
      String name = entity.getFilename();
      if (name != null && !name.isBlank()) {
        attached.add(name);
        return;
      }
      switch (entity.getBody()) {
        case Multipart multipart when "alternative".equals(multipart.getSubType()) ->
            part(best(multipart), depth + 1);
        case Multipart multipart -> {
          for (Entity each : multipart.getBodyParts()) {
            part(each, depth + 1);
          }
        }
        case Message inner -> message(inner, depth + 1);
        case TextBody text -> text(entity.getMimeType(), text);
        case null, default -> {}
      }
    }

    /** The plain text, else the last one, which is the richest. */
    private static Entity best(Multipart alternatives) throws IOException {
      List<Entity> all = alternatives.getBodyParts();
      if (all.isEmpty()) {
        throw new IOException("no alternative");
      }
      return all.stream()
          .filter(e -> "text/plain".equals(e.getMimeType()))
          .findFirst()
          .orElse(all.getLast());
    }

    private void text(String type, TextBody body) throws IOException {
      String text = decoded(body);
      if ("text/html".equals(type)) {
        HtmlReader.read(text, out);
      } else {
        PlainTextReader.read(text, out);
      }
    }

    /** Many a sender says us-ascii and means something else. */
    private static String decoded(TextBody body) throws IOException {
      byte[] bytes = body.getInputStream().readAllBytes();
      String named = Optional.ofNullable(body.getMimeCharset()).orElse("us-ascii");
      boolean known = !named.equalsIgnoreCase("us-ascii") && Charset.isSupported(named.strip());
      return known ? new String(bytes, Charset.forName(named.strip())) : unnamed(bytes);
    }

    private static String unnamed(byte[] bytes) {
      return TextDecoder.isBinary(bytes)
          ? new String(bytes, StandardCharsets.US_ASCII)
          : TextDecoder.decode(bytes);
    }
  }
}
