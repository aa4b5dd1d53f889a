import { setFlagsFromString } from 'node:v8';

/**
 * Keeps this process small while it streams. An upload, or a feed, makes garbage fast and keeps next to nothing; left alone, V8 lets its young
 * generation grow to 134 MB and the rest to several times what is alive: 425 MB for an upload of a million lines, where 30 MB are in use.
 * With these settings it is 250 MB at the same cost in CPU, measured on Node 24. To be called once, when all modules are loaded.
 */
export function keepHeapSmall(): void {
  // The young generation stays as large as it is by now.
  setFlagsFromString('--semi-space-growth-factor=1');
  // A full collection when the heap has doubled, instead of by V8's guess, which favours machines with much memory.
  setFlagsFromString('--heap-growing-percent=100');
}
