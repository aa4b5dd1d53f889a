/** @import { App, Budget, Section } from './shapes.d.ts' */
import { call } from './api.js';
import { confirmDialog } from './dialog.js';
import { byId, fill, h } from './elements.js';
import { moment, usd } from './format.js';
import { meter } from './meter.js';

/**
 * What is spent of the day's dollars, and whether they last.
 *
 * @param {App} app
 * @returns {Section}
 */
export function budget(app) {
  const gauge = meter('Budget of the day');
  const edit = h('button', { class: 'quiet', type: 'button', onclick: () => changeLimit(app) }, 'Change limit');
  fill(byId('budget'), gauge.element, app.canAdmin && edit);
  return ({ stats }) => {
    if (!stats) return;
    const { limitUsd, spentUsd, reservedUsd, forecast } = stats.budget;
    const limit = Number(limitUsd);
    gauge.show({
      value: Number(spentUsd),
      also: Number(reservedUsd),
      limit,
      ...(forecast && { forecast: Number(forecast.endOfDayUsd) }),
      head: `${usd(spentUsd)} of ${usd(limitUsd)}`,
      detail: outlook(stats.budget),
      kind: kindOf(stats.budget),
    });
  };
}

/** @param {Budget} day */
function kindOf({ remainingUsd, limitUsd, closed, forecast }) {
  if (closed || Number(remainingUsd) <= 0) return 'full';
  return forecast?.exhaustedAt || Number(remainingUsd) < Number(limitUsd) * 0.15 ? 'near' : '';
}

/**
 * Whether the money lasts, in words.
 *
 * @param {Budget} day
 */
function outlook({ closed, remainingUsd, reservedUsd, resetsAt, forecast, limitUsd }) {
  if (closed) return 'The day is closed until somebody states the gateway’s bill.';
  if (Number(remainingUsd) <= 0) return `Used up. Work waits until ${moment(resetsAt)}, or until the limit is raised.`;
  const reserved = Number(reservedUsd) > 0 ? `${usd(reservedUsd)} reserved for calls in flight. ` : '';
  if (!forecast || Number(forecast.usdPerHour) === 0)
    return `${reserved}${usd(remainingUsd)} left until ${moment(resetsAt)}.`;
  const speed = `${usd(forecast.usdPerHour)} an hour`;
  if (forecast.exhaustedAt) return `${reserved}At ${speed} it is used up at ${moment(forecast.exhaustedAt)}.`;
  const share = Number(limitUsd) > 0 ? `: ${usd(forecast.endOfDayUsd)} by ${moment(resetsAt)}` : '';
  return `${reserved}Lasts the day at ${speed}${share}.`;
}

/** @param {App} app */
function changeLimit({ state, say, refresh }) {
  const input = h('input', {
    id: 'limit-usd',
    inputmode: 'decimal',
    required: true,
    pattern: '[0-9]+([.][0-9]{1,9})?',
    title: 'Dollars, e.g. 250.00',
    value: state.stats?.budget.limitUsd ?? '',
  });
  confirmDialog({
    title: 'Limit of the day',
    text: [h('p', {}, 'Holds at once for all workers, today and on every day to come.')],
    fields: [h('label', { for: 'limit-usd' }, 'Dollars a day'), input],
    act: 'Set the limit',
    async work() {
      const day = await call('/v1/budget', { method: 'PUT', body: { limitUsd: input.value.trim() } });
      say(`The limit is ${usd(day.limitUsd)} a day now.`);
      await refresh();
    },
  });
}
