import { setTimeout as delay } from 'node:timers/promises';
import type { TcpProxy } from '@tessera-auth/test-services';
import type { StormUnderWay } from './storm.js';

/** Cuts all connections of a storm twenty times, each time with requests that have been sent and not been answered. */
export async function cutConnections(proxy: TcpProxy, storm: StormUnderWay): Promise<void> {
  for (let cut = 0; cut < 20; cut++) {
    proxy.stall();
    await delay(50);
    proxy.cut();
    proxy.resume();
    await storm.untilEveryNodeAnswers('anything', () => true, 5);
  }
}
