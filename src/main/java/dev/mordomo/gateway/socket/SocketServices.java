package dev.mordomo.gateway.socket;

import dev.mordomo.gateway.AuditTrail;
import dev.mordomo.gateway.Authenticator;
import dev.mordomo.gateway.GatewayConfig;
import dev.mordomo.gateway.RateLimits;
import dev.mordomo.kernel.Scope;
import dev.mordomo.kernel.Streams;
import dev.mordomo.privacy.Placeholders;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Function;

/**
 * What every socket of the node shares.
 *
 * @param placeholders opened for their user in everything that is sent
 * @param greeting what the connect reply tells a user, with {@code user_id} in it
 */
public record SocketServices(
    GatewayConfig config,
    InstantSource clock,
    Authenticator authenticator,
    Hub hub,
    Streams streams,
    Sessions sessions,
    Presence presence,
    RpcTable rpc,
    RateLimits limits,
    AuditTrail audit,
    Function<Scope, Map<String, Object>> greeting,
    Placeholders placeholders) {}
