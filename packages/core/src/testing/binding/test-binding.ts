import type { TestRunner } from '../stores/test-stores.js';
import { accessChapter } from './auth/access-cases.js';
import { auditChapter } from './auth/audit-cases.js';
import { csrfChapter } from './auth/csrf-cases.js';
import { decisionChapter } from './auth/decision-cases.js';
import { edgeChapter } from './auth/edge-cases.js';
import { outageChapter } from './auth/outage-cases.js';
import { publicChapter } from './auth/public-cases.js';
import { refreshChapter } from './auth/refresh-cases.js';
import { sessionChapter } from './auth/session-cases.js';
import { signInChapter } from './auth/sign-in-cases.js';
import type { BindingChapter, BindingSetup, StartedServer } from './binding-case.js';
import { bodyChapters } from './body-cases.js';
import { connectionChapter } from './connection-cases.js';
import { cookieChapter } from './cookie-cases.js';
import { guardChapter } from './guard-cases.js';
import { hostileBodyChapter } from './hostile-body-cases.js';
import { isolationChapter } from './isolation-cases.js';
import { pathChapter } from './path-cases.js';
import { reviewChapter } from './review-cases.js';
import { routeChapter } from './route-cases.js';
import { createTestClient, type TestClient } from './test-client.js';

/** What the suite must know of the binding under test. */
export interface BindingUnderTest {
  /** Heads the report. */
  readonly name: string;
  /** Starts a fresh app as the set-up says, on a free port of 127.0.0.1, with the binding's own `protect`, `mount` and `answerRefusals`. */
  start(setup: BindingSetup): Promise<StartedServer>;
}

/**
 * Registers the whole conformance suite: what every binding must do, shown with real requests over loopback.
 *
 * No case sleeps or measures time.
 */
export function testBinding({ describe, it }: TestRunner, subject: BindingUnderTest): void {
  describe(subject.name, () => {
    for (const chapter of chapters) {
      describe(chapter.name, () => {
        for (const { name, run } of chapter.cases) {
          it(name, async () => {
            const clients: TestClient[] = [];
            try {
              await run({
                async start(setup) {
                  const server = await subject.start({
                    ...{ everywhere: [], mounts: [], pages: [], parsers: 'none' },
                    ...setup,
                  });
                  const client = createTestClient(server.port, once(server.close));
                  clients.push(client);
                  return client;
                },
              });
            } finally {
              await Promise.all(clients.map((client) => client.close()));
            }
          });
        }
      });
    }
  });
}

const chapters: readonly BindingChapter[] = [
  guardChapter,
  cookieChapter,
  reviewChapter,
  routeChapter,
  pathChapter,
  ...bodyChapters,
  hostileBodyChapter,
  connectionChapter,
  isolationChapter,
  signInChapter,
  refreshChapter,
  sessionChapter,
  csrfChapter,
  accessChapter,
  decisionChapter,
  auditChapter,
  edgeChapter,
  outageChapter,
  publicChapter,
];

/** A case may close its app itself. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}
