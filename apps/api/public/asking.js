/** @import { App } from './shapes.d.ts' */
import { call } from './api.js';

/** How often is asked for what does not come by itself. */
const askMs = 5000;

/**
 * Asks for a list again and again while the page is seen and somebody is logged in.
 *
 * @param {App} app
 * @param {string} path
 * @param {(items: any[]) => void} take puts the list into the state
 * @param {() => boolean} [isWanted] whether there is anything to ask for
 * @returns {() => Promise<void>} asks now
 */
export function asking(app, path, take, isWanted = () => true) {
  let isAsking = false;
  /** Asked for while an answer was under way, which may be from before a change. */
  let isAskedAgain = false;

  async function ask() {
    isAskedAgain = isAsking;
    if (isAsking) return;
    isAsking = true;
    try {
      take((await call(path)).items);
      app.changed();
    } catch {
      // Why is told at the top of the page; it is asked again.
    } finally {
      isAsking = false;
      if (isAskedAgain) await ask();
    }
  }

  const askIfSeen = () => {
    if (!document.hidden && app.state.connection !== 'logged-out' && isWanted()) void ask();
  };
  setInterval(askIfSeen, askMs);
  document.addEventListener('visibilitychange', askIfSeen);
  askIfSeen();
  return ask;
}
