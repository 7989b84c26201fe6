// Numbers as people write them.
import { language } from '../i18n/index.js';

export const formatNumber = (value) => new Intl.NumberFormat(language.get()).format(value);
export const formatShort = (value) => new Intl.NumberFormat(language.get(), { notation: 'compact', maximumFractionDigits: 1 }).format(value);
export const formatCost = (value) => new Intl.NumberFormat(language.get(), { minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(value);

/** A day of the server's, `2026-01-31`, which is one of UTC. */
export const formatDay = (day, style = 'medium') => new Intl.DateTimeFormat(language.get(), { timeZone: 'UTC', dateStyle: style }).format(new Date(`${day}T00:00:00Z`));
