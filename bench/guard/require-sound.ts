import { type HeaderLines, type Ready, variants } from './variants.js';

/**
 * Insists that a server lets the right user through, as that user, and nobody else: a guard that does not look is fast.
 *
 * @throws `Error` naming the variant.
 */
export async function requireSound(
  variant: string,
  { port, userId, accepted, refused }: Ready,
): Promise<void> {
  const url = `http://127.0.0.1:${port}/`;
  const answer = await fetch(url, { headers: readLines(accepted) });
  const body = await answer.text();
  if (answer.status !== 200 || body !== JSON.stringify({ userId })) {
    throw new Error(`${variant}: ${answer.status} ${body} for ${userId}`);
  }
  if (variant === variants.express[0]) return;
  for (const [index, lines] of refused.entries()) {
    const { status } = await fetch(url, { headers: readLines(lines) });
    if (status !== 401) throw new Error(`${variant}: ${status} for bad credential ${index}`);
  }
}

function readLines(lines: HeaderLines): [string, string][] {
  return lines
    .split('\r\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}
