/** @import { App, Sink } from './shapes.d.ts' */
import { call } from './api.js';
import { confirmDialog } from './dialog.js';
import { h } from './elements.js';
import { counted } from './format.js';
import { deadLetters } from './sink-words.js';

/** Within this a change that a person made shows in how a sink stands. */
const followsMs = 1500;

/**
 * The buttons by which an admin pauses a sink, resumes it, brings it level and has its dead letters tried again.
 *
 * @param {App} app
 * @param {string} name
 * @param {() => Promise<void>} ask for what is shown
 */
export function sinkActions(app, name, ask) {
  /** @type {Sink | undefined} */
  let now;
  const post = async (/** @type {string} */ what, /** @type {object | undefined} */ body = undefined) => {
    const answer = await call(`/v1/sinks/${encodeURIComponent(name)}/${what}`, { method: 'POST', body });
    await ask();
    // The process that delivers needs a moment to follow.
    setTimeout(() => void ask(), followsMs);
    return answer;
  };
  const button = (/** @type {string} */ text, /** @type {() => void} */ onclick) =>
    h('button', { type: 'button', class: 'quiet', 'aria-label': `${text} ${name}`, onclick }, text);

  const pause = button('Pause…', () => {
    const reason = h('input', { id: 'sink-reason', maxlength: 200, placeholder: 'e.g. the shop is being moved' });
    confirmDialog({
      title: `Pause ${name}?`,
      text: [h('p', {}, 'Nothing is delivered to it until it is resumed. What is published meanwhile waits for it.')],
      fields: [h('label', { for: 'sink-reason' }, 'Why'), reason],
      act: 'Pause',
      kind: 'danger',
      work: async () => {
        await post('pause', reason.value ? { reason: reason.value } : {});
        app.say(`${name} is paused.`);
      },
    });
  });
  const resume = button('Resume…', () =>
    confirmDialog({
      title: `Resume ${name}?`,
      text: [
        h('p', {}, 'It gets what waited, in its order. Its failures of before do not count any more.'),
        h('p', {}, now?.state === 'stopped' && now.reason ? `It was stopped: ${now.reason}` : ''),
      ],
      act: 'Resume',
      work: async () => {
        await post('resume');
        app.say(`${name} is delivered to again.`);
      },
    }),
  );
  const replay = button('Replay…', () =>
    confirmDialog({
      title: `Try ${deadLetters(now?.dead ?? 0)} of ${name} once more?`,
      text: [h('p', {}, 'Each with the prices in it that are still live; what newer prices replaced is left out.')],
      act: 'Replay',
      work: async () => {
        const { replaying } = await post('replay');
        app.say(`${counted(replaying, 'dead letter is', 'dead letters are')} tried once more.`);
      },
    }),
  );
  const resync = button('Resync…', () =>
    confirmDialog({
      title: `Bring ${name} level?`,
      text: [h('p', {}, 'Every live price is delivered to it once, and what is published meanwhile in between.')],
      act: 'Resync',
      work: async () => {
        await post('resync');
        app.say(`${name} is being brought level.`);
      },
    }),
  );

  return {
    element: h('span', { class: 'buttons' }, app.canAdmin && [pause, resume, replay, resync]),
    /** @param {Sink} sink */
    update(sink) {
      now = sink;
      // Without a moment no process has seen it yet, and there is nothing to act on.
      const isKnown = sink.since !== undefined;
      const isHalted = sink.state === 'paused' || sink.state === 'stopped';
      pause.hidden = !isKnown || isHalted;
      resume.hidden = !isHalted;
      replay.hidden = sink.dead === 0 || sink.replaying;
      resync.hidden = !sink.gap || sink.resync !== undefined;
    },
  };
}
