import { Command } from 'commander';
import { addBatches } from './commands/batches.ts';
import { addBudget } from './commands/budget.ts';
import { addCanary } from './commands/canary.ts';
import { addCancel } from './commands/cancel.ts';
import { addCompletion } from './commands/completion.ts';
import { addDecisions } from './commands/decisions.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addFailed } from './commands/failed.ts';
import { addFeeds } from './commands/feeds.ts';
import { addFreeze } from './commands/freeze.ts';
import { addHeld } from './commands/held.ts';
import { addKeys } from './commands/keys.ts';
import { addLimits } from './commands/limits.ts';
import { addLists } from './commands/lists.ts';
import { addObserve } from './commands/observe.ts';
import { addPrice } from './commands/price.ts';
import { addQuarantine } from './commands/quarantine.ts';
import { addRates } from './commands/rates.ts';
import { addReplay } from './commands/replay.ts';
import { addSinks } from './commands/sinks.ts';
import { addStats } from './commands/stats.ts';
import { addSubmit } from './commands/submit.ts';
import { addWatch } from './commands/watch.ts';
import { addHistory, addWhy } from './commands/why.ts';
import { addWorth } from './commands/worth.ts';
import type { Context } from './context.ts';

const help = `
Examples:
  reprice submit catalogue.csv --watch
  reprice price TSHIRT-RED-M
  reprice budget

The API is looked for at --url, else REPRICE_URL, else where \`npm start\` of this checkout left it, else at http://127.0.0.1:8080.
--json prints one JSON object a line: one for a single thing, one an item for a list. Without it, lists are tables on a terminal and
tab-separated lines elsewhere. Results go to standard output, everything else to standard error; NO_COLOR and FORCE_COLOR are honoured.`;

const exitCodesHelp = `
Exit codes: 0 done, 1 something failed or was declined, 2 wrong usage, 130 Ctrl-C.`;

/** The command line of `reprice`: it throws CommanderError instead of ending the process. */
export function createProgram(context: Context): Command {
  const program = withCommands(context);
  addCompletion(program, context, () => withCommands(context));
  return program;
}

function withCommands(context: Context): Command {
  const { output } = context;
  const program = new Command('reprice')
    .description(
      'Reprices catalogues under a rate limit and a daily budget: the command-line client of the Reprice API.',
    )
    .version('0.1.0', '-V, --version')
    .option('--url <url>', 'where the API is')
    .option('--api-key <secret>', 'key of the API; REPRICE_API_KEY keeps it out of the list of processes')
    .option('--json', 'print JSON instead of text, one object a line')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(output.width, 110) })
    .configureOutput({
      writeOut: (text) => void output.stdout.write(text),
      writeErr: (text) => void output.stderr.write(text),
    })
    .showHelpAfterError('Add --help for usage and examples.')
    .addHelpText('after', help)
    .addHelpText('afterAll', exitCodesHelp);
  for (const add of [
    addSubmit,
    addWatch,
    addBatches,
    addCancel,
    addExport,
    addLists,
    addFailed,
    addReplay,
    addObserve,
    addQuarantine,
    addRates,
    addPrice,
    addWhy,
    addHistory,
    addHeld,
    addDecisions,
    addFeeds,
    addFreeze,
    addCanary,
    addSinks,
    addStats,
    addWorth,
    addDoctor,
    addBudget,
    addLimits,
    addKeys,
  ])
    add(program, context);
  return program;
}
