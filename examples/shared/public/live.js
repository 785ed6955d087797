import { isProblem } from './api.js';

/** The session has ended, or allows other things than before. */
const sessionChanged = 4401;
const shortestWaitMs = 1000;
const longestWaitMs = 30_000;

/**
 * Hears of reports from the server, through everything that interrupts it.
 *
 * @param load loads all reports.
 * @param tell is given one that is new or has changed.
 * @param ask asks the server who this is, which renews what has expired: a socket by itself renews nothing.
 * @param onProblem hears of what either meets, and answers whether that is the end.
 * @returns what stops it.
 */
export function listen(load, tell, ask, onProblem) {
  let isOver = false;
  let waitMs = shortestWaitMs;
  let socket;

  const connect = () => {
    socket = new WebSocket(new URL('/live', location.href.replace(/^http/, 'ws')));
    socket.addEventListener('open', () => {
      if (isOver) return socket.close();
      waitMs = shortestWaitMs;
      // What was said before somebody listened, nobody heard.
      attempt(load);
    });
    socket.addEventListener('message', ({ data }) => {
      if (!isOver) tell(JSON.parse(data).report);
    });
    socket.addEventListener('close', ({ code }) => {
      if (code === sessionChanged) comeBack();
      else comeBackLater();
    });
  };

  /** @returns whether it went well, and is wanted still. */
  const attempt = async (work) => {
    if (isOver) return false;
    try {
      await work();
      return !isOver;
    } catch (problem) {
      if (!isProblem(problem)) throw problem;
      if (!isOver && onProblem(problem)) isOver = true;
      return false;
    }
  };
  const comeBack = async () => {
    if (await attempt(ask)) connect();
    else comeBackLater();
  };
  const comeBackLater = () => {
    if (isOver) return;
    setTimeout(() => whenSeen(comeBack), waitMs);
    waitMs = Math.min(2 * waitMs, longestWaitMs);
  };

  connect();
  return () => {
    isOver = true;
    // One that is not open yet would complain; it is closed when it is.
    if (socket.readyState === WebSocket.OPEN) socket.close();
  };
}

/** A page that nobody looks at keeps no session alive by asking again and again. */
function whenSeen(work) {
  if (document.visibilityState === 'visible') work();
  else document.addEventListener('visibilitychange', work, { once: true });
}
