import { InvalidArgumentError } from 'commander';

/** Reads a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,12}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${least} to ${most}.`);
  };
}

/** Reads the number of a revision. */
export function revisionNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a revision as `reprice history` shows it, such as 3.');
}

/** Reads a text that a person gives as the reason of an act of theirs; the API keeps 200 characters. */
export function noteText(text: string): string {
  if (text.length <= 200) return text;
  throw new InvalidArgumentError('It takes a text of 200 characters at most.');
}

/** Takes a SKU as it is; never a blank one, for that is a variable that was not set. */
export function skuArgument(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('A SKU is never blank.');
}

/** Takes several SKUs, each as it is. */
export function skuArguments(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, skuArgument(text)];
}
