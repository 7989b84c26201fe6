/** The heading path of a passage as a list; it comes as "A › B", "A > B" or an array. */
export function headingPath(heading) {
  if (Array.isArray(heading)) return heading.filter(Boolean);
  return (heading ?? '').split(/\s+[›>]\s+/).filter(Boolean);
}
