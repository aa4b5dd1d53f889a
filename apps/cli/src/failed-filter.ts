import { priorities } from '@reprice/config/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { FailedFilter } from './api-client.ts';

/** The options by which failed jobs are chosen. */
export interface FilterOptions {
  readonly reason?: string;
  readonly priority?: string;
  readonly batch?: string;
  readonly maxAge?: string;
}

function reasonText(text: string): string {
  if (/^[a-z][a-z0-9_]{0,59}$/.test(text)) return text;
  throw new InvalidArgumentError('It takes a reason as `reprice failed` shows it, such as gateway_failed.');
}

function batchText(text: string): string {
  if (/^[bj][0-9a-z]{11}$/.test(text)) return text;
  throw new InvalidArgumentError('It takes the id of a batch as `reprice batches` shows it.');
}

function ageText(text: string): string {
  if (/^[1-9]\d{0,8}[smhd]$/.test(text)) return text;
  const unit = /^\d+$/.test(text)
    ? ` with its unit: ${text}s, ${text}m, ${text}h or ${text}d`
    : ' such as 90s, 30m, 2h or 7d';
  throw new InvalidArgumentError(`It takes a length of time${unit}.`);
}

/** Adds `--reason --priority --batch --max-age` to a command. */
export function addFilter(command: Command): Command {
  return command
    .option('--reason <reason>', 'only jobs that failed for this reason', reasonText)
    .addOption(new Option('--priority <priority>', 'only jobs of this priority').choices(priorities))
    .option('--batch <id>', 'only jobs of this batch', batchText)
    .option('--max-age <time>', 'only jobs that failed within the last 90s, 30m, 2h, 7d', ageText);
}

/** The chosen filter alone, without other options. */
export function filterOf({ reason, priority, batch, maxAge }: FilterOptions): FailedFilter {
  return {
    ...(reason !== undefined && { reason }),
    ...(priority !== undefined && { priority }),
    ...(batch !== undefined && { batch }),
    ...(maxAge !== undefined && { maxAge }),
  };
}

/** The filter as it is typed, with a blank in front: ` --reason refused`; '' for none. */
export function typedFilter({ reason, priority, batch, maxAge }: FailedFilter): string {
  const typed: readonly (readonly [string, string | undefined])[] = [
    ['reason', reason],
    ['priority', priority],
    ['batch', batch],
    ['max-age', maxAge],
  ];
  return typed.map(([name, value]) => (value === undefined ? '' : ` --${name} ${value}`)).join('');
}
