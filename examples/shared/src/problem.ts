/** A refusal of the example's own routes, in the form that the routes of Tessera use (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
}

/** The media type of a {@link Problem}. */
export const problemType = 'application/problem+json; charset=utf-8';

/** Every refusal of the example's own routes. */
export const problems = {
  titleInvalid: { status: 422, code: 'input_invalid', title: 'Unprocessable Content' },
  reportNotFound: { status: 404, code: 'report_not_found', title: 'Not Found' },
  notFound: { status: 404, code: 'not_found', title: 'Not Found' },
  serverError: { status: 500, code: 'internal_error', title: 'Internal Server Error' },
} as const satisfies Readonly<Record<string, Problem>>;

/**
 * What a client is told about an error: for one of its own, such as a body that is no JSON, the status; for one of ours,
 * nothing but that there was one. That one goes to stderr.
 */
export function problemOf(error: unknown): Problem {
  const status = statusOf(error);
  if (status >= 400 && status < 500) return { status, code: 'request_invalid', title: 'Bad Request' };
  console.error(error instanceof Error ? error.stack : 'an error that is none');
  return problems.serverError;
}

/** Express and Fastify agree on where they put it. */
function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  return 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
}
