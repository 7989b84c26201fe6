package dev.mordomo.gateway;

import dev.mordomo.ops.audit.AuditService;
import dev.mordomo.ops.log.LogService;
import dev.mordomo.ops.setting.ConfigService;

/** What those who answer for the installation look into. */
public record Oversight(AuditService audit, ConfigService config, LogService logs) {}
