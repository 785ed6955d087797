import type { NodeApp, NodeReply, NodeRequest } from '../nodes/node-app.js';
import { openNodeApp } from './open-node-app.js';

/** One process of a deployment: it opens apps, and does with them what its parent says. */
const apps = new Map<string, NodeApp>();

function reply(message: NodeReply): void {
  // Nobody listens any more once the parent is gone.
  if (process.connected) process.send?.(message);
}

async function serve(request: NodeRequest): Promise<unknown> {
  if (request.method === 'open') {
    apps.set(request.app, await openNodeApp(request.settings));
    return;
  }
  const app = apps.get(request.app);
  if (app === undefined) throw new Error(`no app is open as ${request.app}`);
  return (app[request.method] as (input: unknown) => Promise<unknown>)(request.input);
}

process.on('message', (request: NodeRequest) => {
  serve(request).then(
    (output) => reply({ id: request.id, output }),
    (error: unknown) =>
      reply({ id: request.id, error: error instanceof Error ? `${error.stack}` : `${error}` }),
  );
});
// However the parent ended.
process.on('disconnect', () => process.exit());
reply({ id: 'ready' });
