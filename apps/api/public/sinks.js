/** @import { App, Section, Sink } from './shapes.d.ts' */
import { asking } from './asking.js';
import { byId, fill, h, listIn, setAttribute, setText } from './elements.js';
import { sinkActions } from './sink-actions.js';
import { sinkFailure, sinkFigures, sinkReason, sinkState } from './sink-words.js';

/**
 * Where published prices are delivered: how each sink does, and what may be done about it. Not there while there is none.
 *
 * @param {App} app
 * @returns {Section}
 */
export function sinks(app) {
  const card = byId('sinks-card');
  const list = h('ul', { class: 'standing' });
  fill(byId('sinks'), list);
  const take = (/** @type {Sink[]} */ items) => {
    app.state.sinks = items;
  };
  const ask = asking(app, '/v1/sinks', take);
  const draw = listIn(
    list,
    (/** @type {Sink} */ { name }) => name,
    (sink) => row(app, sink, ask),
  );
  return ({ sinks: all }) => {
    card.hidden = all.length === 0;
    draw(all);
  };
}

/**
 * @param {App} app
 * @param {Sink} sink
 * @param {() => Promise<void>} ask
 */
function row(app, { name }, ask) {
  const dot = h('span', { 'aria-hidden': 'true' });
  const kind = h('span', { class: 'pill' });
  const state = h('span', { class: 'grow' });
  const reason = h('p', {});
  const failure = h('p', {});
  const figures = h('p', { class: 'detail' });
  const target = h('p', { class: 'detail' });
  const actions = sinkActions(app, name, ask);
  const element = h(
    'li',
    {},
    h('div', { class: 'batch-head' }, dot, h('b', { class: 'sku' }, name), kind, state, actions.element),
    reason,
    failure,
    figures,
    target,
  );
  return {
    element,
    /** @param {Sink} sink */
    update(sink) {
      const { words, dot: colour } = sinkState(sink.state);
      setAttribute(dot, 'class', `dot ${colour}`);
      setText(kind, sink.kind);
      setText(state, words);
      setText(reason, sinkReason(sink));
      setText(failure, sinkFailure(sink));
      setText(figures, sinkFigures(sink));
      setText(target, sink.url);
      actions.update(sink);
    },
  };
}
