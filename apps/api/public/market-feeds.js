/** @import { App, Feed, FeedStanding, Section } from './shapes.d.ts' */
import { asking } from './asking.js';
import { byId, fill, h, listIn, setAttribute, setText, whenChanged } from './elements.js';
import { feedAgeWords, feedCountWords, feedDot, feedWords, holdAdvice } from './feed-words.js';

/** @typedef {FeedStanding & { told: Feed | undefined }} Shown how it stands, and what it counted when it was asked */

/**
 * The feeds of the market: how each stands, and loudly that what observations moved waits for one. How they stand comes with the statistics; what
 * they count is asked for.
 *
 * @param {App} app
 * @returns {Section}
 */
export function marketFeeds(app) {
  const card = byId('feeds-card');
  const hold = h('div', { role: 'status' });
  const list = h('ul', { class: 'standing' });
  fill(byId('feeds'), hold, list);
  const standing = () => app.state.stats?.feeds ?? [];
  const take = (/** @type {Feed[]} */ items) => {
    app.state.feeds = items;
  };
  const ask = asking(app, '/v1/feeds', take, () => standing().length > 0);
  const askAnew = whenChanged((/** @type {string[]} */ feeds) => {
    if (feeds.length > 0 && !document.hidden) void ask();
  });
  const drawHold = whenChanged((/** @type {string} */ advice) => {
    const words = h('strong', {}, 'Observations wait for a feed');
    fill(hold, advice !== '' && h('div', { class: 'banner bad' }, words, h('p', {}, advice)));
  });
  const draw = listIn(list, (/** @type {Shown} */ { name }) => name, make);
  return ({ feeds }) => {
    card.hidden = standing().length === 0;
    askAnew(standing().map(({ name, state, holds }) => `${state} ${holds} ${name}`));
    drawHold(holdAdvice(standing()));
    draw(standing().map((feed) => ({ ...feed, told: feeds.find(({ name }) => name === feed.name) })));
  };
}

/** @param {Shown} feed */
function make({ name }) {
  const dot = h('span', { 'aria-hidden': 'true' });
  const state = h('span', {});
  const age = h('p', { class: 'detail' });
  const detail = h('p', { class: 'detail' });
  const counts = h('p', { class: 'detail' });
  const element = h(
    'li',
    {},
    h('div', { class: 'batch-head' }, dot, h('b', { class: 'sku' }, name), state),
    age,
    detail,
    counts,
  );
  return {
    element,
    /** @param {Shown} feed */
    update(feed) {
      const { told } = feed;
      setAttribute(dot, 'class', `dot ${feedDot(feed)}`);
      setText(state, feedWords(feed));
      setText(age, feedAgeWords(feed.ageSeconds));
      // Why it stood otherwise tells nothing now.
      setText(detail, told?.state === feed.state ? told.detail : '');
      setText(counts, told ? feedCountWords(told) : '');
    },
  };
}
