// Runs before the first paint, so that a chosen theme never flashes the other one. See theme.js.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('mordomo.theme');
  } catch {
    // Storage may be forbidden; the system's preference then rules.
  }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
}
