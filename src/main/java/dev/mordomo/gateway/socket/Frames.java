package dev.mordomo.gateway.socket;

import dev.mordomo.kernel.Failure;
import dev.mordomo.kernel.FailureCode;
import dev.mordomo.kernel.Json;
import dev.mordomo.kernel.Streams.Entry;
import dev.mordomo.kernel.Streams.Position;
import dev.mordomo.kernel.Streams.StreamEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The server's side of the Centrifugo client protocol as JSON text. Payloads are JSON already, so
 * frames are put together as text here, and nowhere else. Every frame is one line; several lines
 * may be sent as one message.
 */
final class Frames {
  /** The server's ping, and the client's pong. */
  static final String PING = "{}";

  private static final String VERSION = "mordomo";

  private Frames() {}

  /** What happened on a channel, a line each. */
  static String pushes(String channel, List<StreamEvent> events) {
    StringBuilder text = new StringBuilder(events.size() * 256);
    for (StreamEvent event : events) {
      if (!text.isEmpty()) {
        text.append('\n');
      }
      text.append("{\"push\":{\"channel\":\"").append(channel).append("\",\"pub\":");
      publication(text, event);
      text.append("}}");
    }
    return text.toString();
  }

  private static void publication(StringBuilder text, StreamEvent event) {
    text.append("{\"offset\":").append(event.offset()).append(",\"data\":");
    line(text, event.payload());
    text.append('}');
  }

  /** In JSON a line break is white space between tokens: in a frame it would end the line. */
  private static void line(StringBuilder text, String json) {
    text.append(json.indexOf('\n') < 0 ? json : json.replace('\n', ' '));
  }

  /** The end of a channel; from a code below 2500 a client does not come back. */
  static String ended(String channel) {
    return "{\"push\":{\"channel\":\""
        + channel
        + "\",\"unsubscribe\":{\"code\":2000,\"reason\":\"deleted\"}}}";
  }

  /** The end of a server-made subscription that the client is to make again. */
  static String unsubscribed(String channel) {
    return "{\"push\":{\"channel\":\""
        + channel
        + "\",\"unsubscribe\":{\"code\":2500,\"reason\":\"insufficient state\"}}}";
  }

  /**
   * @param ttl seconds until the token ends; 0: never
   * @param data a JSON object
   */
  static String connected(
      long id,
      String client,
      Channel channel,
      String subscription,
      long ttl,
      long ping,
      String data) {
    return reply(
        id,
        "connect",
        head(client)
            + ",\"data\":"
            + data
            + expires(ttl)
            + ",\"ping\":"
            + ping
            + ",\"pong\":true,\"subs\":{\""
            + channel.name()
            + "\":"
            + subscription
            + "}}");
  }

  static String refreshed(long id, String client, long ttl) {
    return reply(id, "refresh", head(client) + expires(ttl) + '}');
  }

  private static String head(String client) {
    return "{\"client\":\"" + client + "\",\"version\":\"" + VERSION + '"';
  }

  private static String expires(long ttl) {
    return ttl > 0 ? ",\"expires\":true,\"ttl\":" + ttl : ",\"expires\":false";
  }

  /** A subscribe result: where the client is now, and what it missed. */
  static String subscription(Entry entry, boolean wasRecovering) {
    StringBuilder text = new StringBuilder(128);
    text.append("{\"recoverable\":true,\"positioned\":true,\"epoch\":\"")
        .append(entry.end().epoch())
        .append("\",\"offset\":")
        .append(entry.end().offset());
    if (wasRecovering) {
      text.append(",\"was_recovering\":true,\"recovered\":").append(entry.recovered());
    }
    publications(text, entry.events());
    return text.append('}').toString();
  }

  private static void publications(StringBuilder text, List<StreamEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    text.append(",\"publications\":[");
    for (int i = 0; i < events.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      publication(text, events.get(i));
    }
    text.append(']');
  }

  static String history(long id, Position end, List<StreamEvent> events) {
    StringBuilder text = new StringBuilder("{\"epoch\":\"");
    text.append(end.epoch()).append("\",\"offset\":").append(end.offset());
    publications(text, events);
    return reply(id, "history", text.append('}').toString());
  }

  /** Who is there, by the client's id. */
  static String presence(long id, List<Presence.Member> members) {
    Map<String, Object> clients = new LinkedHashMap<>();
    for (Presence.Member member : members) {
      clients.put(
          member.client().toString(),
          Map.of(
              "client", member.client(),
              "user", member.user(),
              "conn_info", Map.of("credential", member.credential(), "since", member.since())));
    }
    return reply(id, "presence", Json.write(Map.of("presence", clients)));
  }

  static String presenceStats(long id, List<Presence.Member> members) {
    long users = members.stream().map(Presence.Member::user).distinct().count();
    return reply(
        id,
        "presence_stats",
        "{\"num_clients\":" + members.size() + ",\"num_users\":" + users + '}');
  }

  /** A reply whose result is a JSON object. */
  static String reply(long id, String command, String result) {
    StringBuilder text = new StringBuilder(result.length() + 48);
    text.append("{\"id\":").append(id).append(",\"").append(command).append("\":");
    line(text, result);
    return text.append('}').toString();
  }

  /** An rpc's result. */
  static String answered(long id, String data) {
    return reply(id, "rpc", "{\"data\":" + data + '}');
  }

  static String error(long id, ReplyError error) {
    return error(id, error.code(), error.message(), error.temporary());
  }

  /** A failure of a service: its number, and a message that begins with its stable code. */
  static String error(long id, Failure failure) {
    FailureCode code = failure.code();
    return error(id, code.number(), code.wire() + ": " + failure.detail(), code.retryable());
  }

  private static String error(long id, int code, String message, boolean temporary) {
    return "{\"id\":"
        + id
        + ",\"error\":{\"code\":"
        + code
        + ",\"message\":"
        + Json.write(message)
        + ",\"temporary\":"
        + temporary
        + "}}";
  }
}
