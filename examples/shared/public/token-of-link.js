/**
 * The token of the link that led here: behind `#`, which no server sees. It goes from the address bar at once, and so from
 * the history of this browser.
 */
export function takeTokenOfLink() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? '';
  history.replaceState(null, '', location.pathname);
  return token;
}
