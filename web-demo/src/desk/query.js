/** The path with what is said of the query; what is empty is not said. */
export function withQuery(path, query) {
  const said = Object.entries(query).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return said.length ? `${path}?${new URLSearchParams(said)}` : path;
}
