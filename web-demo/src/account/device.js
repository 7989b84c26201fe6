// What a browser or program calls itself, in words that its owner knows it by.
const BROWSERS = [
  [/Edg(?:e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

const first = (list, agent) => list.find(([mark]) => mark.test(agent))?.[1];

/** "Firefox · Linux"; of what is no browser its own name; empty when nothing is known. */
export function deviceOf(agent) {
  const browser = first(BROWSERS, agent);
  const system = first(SYSTEMS, agent);
  if (browser) return [browser, system].filter(Boolean).join(' · ');
  return agent.trim().split(/\s+/)[0] ?? '';
}
