package dev.mordomo.gateway;

import dev.mordomo.action.ActionService;
import dev.mordomo.billing.UserQuotas;
import dev.mordomo.chat.ChatService;
import dev.mordomo.chat.EmbeddingCalls;
import dev.mordomo.chat.MessageSearch;
import dev.mordomo.identity.IdentityService;
import dev.mordomo.job.JobService;
import dev.mordomo.knowledge.KnowledgeService;
import dev.mordomo.model.ChatModels;
import dev.mordomo.privacy.PrivacyService;
import dev.mordomo.reminder.ReminderService;

/** The services that the gateway is the door of. */
public record Features(
    ChatService chat,
    MessageSearch messages,
    KnowledgeService knowledge,
    ChatModels models,
    IdentityService identity,
    UserQuotas quotas,
    ActionService actions,
    ReminderService reminders,
    JobService jobs,
    EmbeddingCalls embeddings,
    Oversight oversight,
    PrivacyService privacy) {}
