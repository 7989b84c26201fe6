import { language } from '../i18n/index.js';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export function formatSize(bytes) {
  const step = bytes > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  const options = { style: 'unit', unit: UNITS[step], maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language.get(), options).format(bytes / 1000 ** step);
}
