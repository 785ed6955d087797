/** A finished answer: a binding writes it down and decides nothing. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. Includes `content-type` where there is a body. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` values, one each. */
  readonly cookies: readonly string[];
  /** The text to send, or `null` for none. */
  readonly body: string | null;
}

/** What a response has besides its status and body. */
export interface ResponseExtras {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** A JSON answer. */
export function respondJson(status: number, value: unknown, extras: ResponseExtras = {}): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...extras.headers },
    cookies: extras.cookies ?? [],
    body: JSON.stringify(value),
  };
}

/** An answer without a body. */
export function respondEmpty(status: number, extras: ResponseExtras = {}): HttpResponse {
  return { status, headers: extras.headers ?? {}, cookies: extras.cookies ?? [], body: null };
}
