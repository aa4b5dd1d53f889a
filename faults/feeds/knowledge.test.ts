import { expect, it } from 'vitest';
import { Knowledge } from './knowledge.ts';

it('knows of an event from the first frame on that has its number or a later one', () => {
  const knowledge = new Knowledge(2000);
  knowledge.note({ kind: 'told', seq: 10 }, 1000);
  knowledge.note({ kind: 'told', seq: 14 }, 1500);
  knowledge.note({ kind: 'told', seq: 12 }, 1600);
  expect([10, 11, 14, 15].map((seq) => knowledge.fromMs(seq, 900))).toEqual([
    1000,
    1500,
    1500,
    Number.POSITIVE_INFINITY,
  ]);
});

it('knows that it knows nothing once the connection is gone, until it is told again', () => {
  const knowledge = new Knowledge(2000);
  knowledge.note({ kind: 'told', seq: 10 }, 1000);
  knowledge.note({ kind: 'closed' }, 2000);
  knowledge.note({ kind: 'told', seq: 20 }, 5000);
  // Before the cut, and lost on the way; during it; after it.
  expect(knowledge.fromMs(11, 1900)).toBe(2000);
  expect(knowledge.fromMs(15, 3000)).toBe(3000);
  expect(knowledge.fromMs(21, 5500)).toBe(Number.POSITIVE_INFINITY);
});

it('takes a silent connection for dead only after a while', () => {
  const knowledge = new Knowledge(2000);
  knowledge.note({ kind: 'told', seq: 10 }, 1000);
  knowledge.note({ kind: 'muted' }, 1000);
  expect(knowledge.fromMs(11, 1500)).toBe(3000);
  knowledge.note({ kind: 'told', seq: 11 }, 2000);
  expect(knowledge.fromMs(11, 1500)).toBe(2000);
});
