package dev.mordomo.gateway;

import dev.mordomo.ops.audit.AuditService;

/** What those who answer for the installation look into. */
public record Oversight(AuditService audit) {}
