package dev.mordomo.kernel;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the nodes of a cluster find each other. Read at every start, used with {@code --cluster}.
 *
 * @param name of the cluster: nodes of another name are strangers
 * @param host the address of this machine that membership and event bus listen on
 * @param publicHost the address that other nodes are told, where it is another one
 * @param port the first one that is tried for membership
 * @param portCount how many ports are tried from there on
 * @param busPort of the event bus; 0: any
 * @param members other nodes, {@code host} or {@code host:port}
 * @param kubernetesService the DNS name of a headless service, instead of members
 */
public record ClusterConfig(
    String name,
    String host,
    Optional<String> publicHost,
    int port,
    int portCount,
    int busPort,
    List<String> members,
    Optional<String> kubernetesService) {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int MOST_PORTS = 65_535;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,60}");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\\[?[0-9A-Fa-f:]{2,39}]?");
  private static final Pattern MEMBER =
      Pattern.compile("([A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?)(?::(\\d{1,5}))?");

  public ClusterConfig {
    members = List.copyOf(members);
  }

  public static ClusterConfig from(Settings settings) {
    String name = checked(settings, "cluster.name", NAME, "lower-case letters, digits, - and _");
    String host = checked(settings, "cluster.host", HOST, "an address of this machine");
    String publicHost = checked(settings, "cluster.public_host", HOST, "an address or host name");
    String service =
        checked(settings, "cluster.kubernetes_service", HOST, "the DNS name of a service");
    List<String> members = settings.list("cluster.members");
    for (String member : members) {
      if (!isMember(member)) {
        settings.wrong("cluster.members", member, "host or host:port", member);
      }
    }
    if (!service.isEmpty() && !members.isEmpty()) {
      settings.wrong(
          "cluster.kubernetes_service", service, "nothing, since cluster.members is set", "");
    }
    return new ClusterConfig(
        name.isEmpty() ? "mordomo" : name,
        host.isEmpty() ? LOOPBACK : host,
        Optional.of(publicHost).filter(h -> !h.isEmpty()),
        settings.integer("cluster.port", 5701, 1, MOST_PORTS),
        settings.integer("cluster.port_count", 20, 1, 1000),
        settings.integer("cluster.bus_port", 0, 0, MOST_PORTS),
        members,
        Optional.of(service).filter(s -> !s.isEmpty()));
  }

  private static String checked(Settings settings, String key, Pattern form, String expected) {
    String value = settings.text(key, "");
    return value.isEmpty() || form.matcher(value).matches()
        ? value
        : settings.wrong(key, value, expected, "");
  }

  private static boolean isMember(String member) {
    Matcher parts = MEMBER.matcher(member);
    if (!parts.matches()) {
      return false;
    }
    return parts.group(3) == null
        || (Integer.parseInt(parts.group(3)) > 0 && Integer.parseInt(parts.group(3)) <= MOST_PORTS);
  }
}
