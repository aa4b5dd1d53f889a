import { isSafe } from 'redos-detector';
import { sourceFiles } from '../../scripts/source-files.ts';

/** A regular expression of the product's own code. */
export interface Pattern {
  readonly file: string;
  readonly regex: RegExp;
}

const literal =
  /(?:[(,=:[!&|?{};]|\breturn|=>)\s*\/(?![*/])((?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)(?=[\s).,;:\]}?!&|=]|$)/gm;

/** Every regular expression in what runs in production; those put together at run time are not among them. */
export function patterns(): Pattern[] {
  const product = sourceFiles().filter(
    ({ path, isTest }) =>
      /^(apps|packages)\/(?!testkit)[^/]+\/(src|public)\//.test(path) && /\.[mc]?[jt]s$/.test(path) && !isTest,
  );
  return product.flatMap(({ path, code }) =>
    [...code.matchAll(literal)].flatMap(([, source = '', flags = '']) => {
      try {
        return [{ file: path, regex: new RegExp(source, flags.replace('g', '')) }];
      } catch {
        // A division that looks like one.
        return [];
      }
    }),
  );
}

/** Whether an analysis of the expression finds that its work may explode. */
export function isSuspicious({ regex }: Pattern): boolean {
  try {
    return !isSafe(regex, { maxScore: 300, timeout: 100 }).safe;
  } catch {
    // It cannot read the newest syntax: left to the stopwatch.
    return true;
  }
}

const common = ['a', '0', ' ', '"', '.', ',', '-', '=', '/', '\\', '<', 'é', '\n'];
const size = 50_000;
/** Beyond this there is no need to look further, ms. */
const most = 100;

/** How long the expression takes for 50 KB of what is worst for it, in ms: the least of three tries, so that other work does not count. */
export function worstMs({ regex }: Pattern): number {
  const letters = [...new Set([...common, ...regex.source.replaceAll(/\\./g, '')])];
  const pairs = letters.slice(0, 6).map((letter, i) => `${letter}${letters[i + 1] ?? 'a'}`);
  let worst = 0;
  for (const seed of [...letters, ...pairs]) {
    for (const end of ['', '\u0001!']) worst = Math.max(worst, growing(regex, seed, end));
    if (worst >= most) return worst;
  }
  return worst;
}

/** Grows the text step by step, so that an expression that explodes is left before it does. */
function growing(regex: RegExp, seed: string, end: string): number {
  let ms = 0;
  for (const length of [24, 400, 3125, size]) {
    const text = seed.repeat(length / seed.length) + end;
    ms = leastOf3(() => {
      regex.lastIndex = 0;
      regex.test(text);
    });
    if (ms > 1) return ms * (size / length);
  }
  return ms;
}

function leastOf3(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 3 && least > 0.5; tries++) {
    const from = performance.now();
    work();
    least = Math.min(least, performance.now() - from);
  }
  return least;
}
