/** @import { Section, State } from './shapes.d.ts' */
import { byId, fill, h, setText, whenChanged } from './elements.js';
import { clockTime } from './format.js';

const words = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Updated every few seconds',
  reconnecting: 'Reconnecting',
  'logged-out': 'Logged out',
};

/**
 * Whether news comes, beside the search.
 *
 * @returns {Section}
 */
export function connection() {
  const element = byId('connection');
  return (state) => {
    const silent = state.silentSince > 0 && state.connection !== 'logged-out';
    setText(element, silent ? words.reconnecting : words[state.connection]);
    element.dataset.state = silent ? 'reconnecting' : state.connection;
  };
}

/**
 * What is in the way of all news, and what to do.
 *
 * @returns {Section}
 */
export function problemBanner() {
  const element = byId('problem');
  const draw = whenChanged((/** @type {ReturnType<typeof shown>} */ banner) => {
    if (!banner) fill(element);
    else
      fill(
        element,
        h(
          'div',
          { class: 'banner bad' },
          h('strong', {}, banner.title),
          h('p', {}, banner.text),
          banner.isLogin && loginLink(),
        ),
      );
  });
  return (state) => draw(shown(state));
}

function loginLink() {
  const next = location.pathname + location.hash;
  return h('a', { class: 'button', href: `/login?next=${encodeURIComponent(next)}` }, 'Log in');
}

/** @param {State} state */
function shown({ connection: how, problem, silentSince }) {
  if (how === 'logged-out') {
    const text = 'The login has run out, or its key was changed or removed. Log in with a key that is known here.';
    return { title: 'You are logged out', text, isLogin: true };
  }
  if (!problem) return null;
  const since =
    silentSince > 0 ? ` What is shown here is of ${clockTime(silentSince)}; the page goes on by itself.` : '';
  return { title: problem.title, text: `${problem.detail}${advice(problem.type)}${since}`, isLogin: false };
}

/** @param {string} type */
function advice(type) {
  if (!type.endsWith('/dependency-unavailable')) return '';
  return (
    ' Look whether Redis runs at REDIS_URL, has memory and disk left, and takes writes. What was accepted is kept, and the' +
    ' workers go on by themselves once it is back.'
  );
}
