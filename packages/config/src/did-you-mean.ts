import { nearest } from '@reprice/pricing';

/** ` (did you mean X?)`, where a known word is near to what was given; '' where none is. */
export function didYouMean(given: string, known: readonly string[]): string {
  const guess = nearest(given, known);
  return guess === undefined ? '' : ` (did you mean ${guess}?)`;
}
