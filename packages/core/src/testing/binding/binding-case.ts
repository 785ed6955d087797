import type { Guard } from '../../http/guard.js';
import type { Route } from '../../http/route.js';
import type { TestClient } from './test-client.js';

/**
 * What a page of the app under test does once its guard let the request through.
 *
 * - `identity`: 200 with the JSON `{ userId, sessionId, canReport }` of the identity on the request, where `canReport`
 *   is `can('reports:read')`.
 * - `required`: asks `require('accounts:create')` of the identity on the request, then 204.
 * - `open`: 200 with the JSON `{ auth, nonce }`: whether the request has an `auth`, and its `cspNonce` or `null`.
 * - `echo`: 200 with the JSON `{ body }`, what the app's own parser made of the request's body, or `null`.
 * - `cookie`: adds `Set-Cookie: page=1` the way the framework recommends, and answers 200 with the JSON `{}`.
 * - `overwritten`: as `cookie`, but replaces every `Set-Cookie` that the framework knows of.
 * - `cached`: as `identity`, with `Cache-Control: public, max-age=60`.
 * - `stream`: 200 with the text `streamed`, piped from a stream.
 * - `redirect`: 302 to `/elsewhere`, with the framework's own redirect.
 * - `empty`: 204.
 * - `broken`: throws `new Error('page broke')`, after a turn of the event loop.
 * - `raw`: writes `200` with the header `set-cookie: page=1` and the text `raw` past the framework, with `writeHead` and
 *   `end` of Node's own response.
 */
export type PageKind =
  | 'identity'
  | 'required'
  | 'open'
  | 'echo'
  | 'cookie'
  | 'overwritten'
  | 'cached'
  | 'stream'
  | 'redirect'
  | 'empty'
  | 'broken'
  | 'raw';

/** A page of the app, behind `protect(guard)`. */
export interface TestPage {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly kind: PageKind;
  readonly guard: Guard;
  /** A guard in front of that, with a `protect` of its own. */
  readonly area?: Guard;
}

/** Routes that the app mounts; with a prefix, in a router or plugin of that prefix. */
export interface TestMount {
  /** `''` or a path such as `/api`. */
  readonly prefix: string;
  readonly routes: readonly Route[];
}

/**
 * The app that a case needs. Besides what stands here, every app
 *
 * - adds `Set-Cookie: app=1` to each answer, before anything else runs;
 * - answers a path that it does not know with 404 and the text `nothing here`;
 * - has `answerRefusals` of the binding answer what pages throw;
 * - answers any other error, which reaches its own error handler, with the error's `status` or `statusCode`, otherwise 500, and the
 *   JSON `{ caught }`, the error's message.
 */
export interface BindingSetup {
  /**
   * Guards in front of everything, in order, each with a `protect` of its own: they are asked about every request, also about one to
   * a mounted route, to a path that the app does not know and with a method that no page answers.
   */
  readonly everywhere: readonly Guard[];
  readonly mounts: readonly TestMount[];
  readonly pages: readonly TestPage[];
  /**
   * Where the app's parsers for JSON, forms, text and bytes stand: before the mounted routes, after them, or nowhere.
   * They accept at least 100 kB. Pages come after them.
   */
  readonly parsers: ParserPlace;
}

/** Where an app's own body parsers stand. */
export type ParserPlace = 'before' | 'after' | 'none';

/** An app that listens on a port of the loopback interface. */
export interface StartedServer {
  readonly port: number;
  /** Stops listening, and ends the connections that are left. */
  close(): Promise<void>;
}

/** What every case starts from. */
export interface BindingBench {
  /** Starts an app; what is left out of the set-up is empty, the parsers `none`. All apps are closed after the case. */
  start(setup: Partial<BindingSetup>): Promise<TestClient>;
}

/** One statement about a binding. */
export interface BindingCase {
  /** What holds, as a sentence. */
  readonly name: string;
  /** Rejects with an `AssertionError` when it does not hold. */
  run(bench: BindingBench): Promise<void>;
}

/** Cases about one idea. */
export interface BindingChapter {
  readonly name: string;
  readonly cases: readonly BindingCase[];
}
