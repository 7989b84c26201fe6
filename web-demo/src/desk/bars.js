// Bars of two kinds on top of each other. For the eye alone: the same numbers stand in a table below.
import { html } from '../lib.js';

const WIDTH = 640;
const HEIGHT = 150;
const GAP = 0.28;

/** `rows`: [{key, title, lower, upper}, …]. */
export function Bars({ rows, label }) {
  const most = Math.max(1, ...rows.map(({ lower, upper }) => lower + upper));
  const step = WIDTH / Math.max(rows.length, 1);
  const high = (value) => (value / most) * HEIGHT;
  return html`<svg class="bars" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${label} data-testid="usage-chart">
    ${[0.25, 0.5, 0.75].map((part) => html`<line key=${part} class="bars-line" x1="0" x2=${WIDTH} y1=${HEIGHT * part} y2=${HEIGHT * part} />`)}
    ${rows.map(({ key, title, lower, upper }, index) => {
      const x = index * step + (step * GAP) / 2;
      const width = step * (1 - GAP);
      return html`<g key=${key}><title>${title}</title>
        <rect class="bars-ground" x=${index * step} y="0" width=${step} height=${HEIGHT} />
        <rect class="bars-lower" x=${x} y=${HEIGHT - high(lower)} width=${width} height=${high(lower)} />
        <rect class="bars-upper" x=${x} y=${HEIGHT - high(lower + upper)} width=${width} height=${high(upper)} /></g>`;
    })}
    <line class="bars-base" x1="0" x2=${WIDTH} y1=${HEIGHT} y2=${HEIGHT} />
  </svg>`;
}
