import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CommandOptions, reprice } from './command.ts';
import { inPipe } from './terminal.ts';
import { workFolder } from './work-folder.ts';

const dir = workFolder();

function file(name: string, content: string | Uint8Array): string {
  const at = path.join(dir, name);
  writeFileSync(at, content);
  return at;
}

const good = file('good.csv', 'sku,price,currency\nA,1.00,EUR\n');
const empty = file('empty.csv', '');
const zipped = file('good.csv.gz', gzipSync('sku,price\n'));
const workbook = file('book.xlsx', Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0));
const wide = file('wide.csv', Buffer.from('\ufeffsku,price\n', 'utf16le'));
const json = file('items.json', '{"items":[]}');

// Nothing listens there: a command that tried to connect would say so and end with 1.
const env = { REPRICE_URL: 'http://127.0.0.1:9' };

describe.concurrent('wrong usage ends with 2 before anything is sent', () => {
  it.each<[string, readonly string[], RegExp, CommandOptions?]>([
    ['no command', [], /Usage: reprice/],
    ['unknown command', ['sumbit', good], /unknown command 'sumbit'[\s\S]*submit/],
    ['unknown flag', ['submit', good, '--bogus'], /unknown option '--bogus'/],
    ['misspelt flag', ['submit', good, '--proirity', 'low'], /Did you mean --priority\?/],
    ['unknown priority', ['submit', good, '--priority', 'urgent'], /Allowed choices are critical, high, normal, low/],
    ['negative limit', ['batches', '--limit', '-1'], /whole number from 1 to 200/],
    ['limit 0', ['batches', '--limit', '0'], /whole number from 1 to 200/],
    ['no file', ['submit'], /missing required argument 'file'/],
    ['missing file', ['submit', path.join(dir, 'none.csv')], /There is no file .*none\.csv/],
    ['a path through a file', ['submit', path.join(good, 'x')], /a part of its path is not a folder/],
    ['folder', ['submit', dir], /is a folder, not a file/],
    ['empty file', ['submit', empty], /empty\.csv is empty/],
    ['empty standard input', ['submit', '-', '--format', 'csv'], /Standard input is empty/],
    ['gzip', ['submit', zipped], /compressed with gzip[\s\S]*gunzip -c .*good\.csv\.gz \| npx reprice submit -/],
    ['workbook', ['submit', workbook], /Excel workbook/],
    ['UTF-16', ['submit', wide], /UTF-16[\s\S]*iconv/],
    ['unknown field in --map', ['submit', good, '--map', 'prise=Preis'], /no field "prise"; did you mean price\?/],
    ['half a --map', ['submit', good, '--map', 'sku=A,price'], /"price" is not field=column/],
    ['field mapped twice', ['submit', good, '--map', 'sku=A', '--map', 'sku=B'], /sku is mapped twice/],
    ['--map for JSON', ['submit', json, '--map', 'sku=id'], /--map names columns of a CSV file, and .* is JSON/],
    ['currency', ['submit', good, '--currency', 'euro'], /ISO 4217/],
    ['contradiction', ['submit', good, '--dry-run', '--mode', 'live'], /contradicts/],
    ['format', ['submit', good, '--format', 'xml'], /Allowed choices are csv, ndjson, json/],
    ['budget', ['budget', 'set', '10usd'], /plain decimal/],
    ['negative budget', ['budget', 'set', '--', '-1'], /plain decimal/],
    ['budget reconcile without a sum', ['budget', 'reconcile'], /required option '--spent <usd>'/],
    ['budget reconcile with a wrong sum', ['budget', 'reconcile', '--spent', '1e3'], /plain decimal/],
    ['budget reconcile with nobody to ask', ['budget', 'reconcile', '--spent', '1'], /no terminal[\s\S]*Add --yes/],
    ['no limit to set', ['limits', 'set'], /Add --rpm, --tpm, or both/],
    ['fraction of a limit', ['limits', 'set', '--rpm', '1.5'], /whole number from 0 to 10,000,000/],
    ['limit above all', ['limits', 'set', '--tpm', '100000000001'], /whole number from 0 to 100,000,000,000/],
    ['SKU taken for a flag', ['price', '-ODD'], /unknown option '-ODD'/],
    ['blank SKU', ['price', ' '], /never blank/],
    ['--out is a folder', ['export', 'b1', '--out', dir], /is a folder/],
    ['--out in no folder', ['export', 'b1', '--out', path.join(dir, 'no', 'x.csv')], /there is no folder/],
    ['replay without a terminal', ['replay'], /no terminal to ask whether to replay\.\nAdd --yes[^\n]*--dry-run/],
    ['age', ['replay', '--yes', '--max-age', '2w'], /90s, 30m, 2h or 7d/],
    ['reason', ['failed', '--reason', 'No Reason'], /such as gateway_failed/],
    ['batch that is none', ['failed', '--batch', '../etc'], /id of a batch/],
    ['priority of failed jobs', ['failed', '--priority', 'urgent'], /Allowed choices are critical/],
    ['negative limit of failed jobs', ['failed', '--limit', '-1'], /whole number from 1 to 100000/],
    ['age without a unit', ['failed', '--max-age', '3'], /with its unit: 3s, 3m, 3h or 3d/],
    ['mistyped subcommand', ['budget', 'sett', '5'], /no subcommand 'sett'; did you mean set\?/],
    ['patience', ['submit', good, '--retry-for', '2'], /90s, 10m or 1h/],
    ['revision', ['why', 'A', '--revision', '0'], /a revision as `reprice history` shows it/],
    ['long note', ['approve', 'A', '--note', 'x'.repeat(201)], /200 characters at most/],
    ['cancel without a terminal', ['cancel', 'b1'], /no terminal[\s\S]*Add --yes/],
    ['unknown shell', ['completion', 'tcsh'], /there is for bash, zsh, fish/],
    ['scheme of --url', ['budget', '--url', 'ftp://x'], /http:\/\/ or https:\/\//],
    ['password in --url', ['budget', '--url', 'http://u:hunter22@127.0.0.1:9'], /without user, password/],
    ['key with a line break', ['budget', '--api-key', 'hunter22\nx'], /without blanks/],
    ['bad REPRICE_URL', ['budget'], /REPRICE_URL +got "x"/, { env: { REPRICE_URL: 'x' } }],
    ['password in REPRICE_URL', ['budget'], /REPRICE_URL/, { env: { REPRICE_URL: 'http://u:hunter22@h' } }],
    ['misspelt variable', ['budget'], /did you mean REPRICE_API_KEY/, { env: { REPRICE_APIKEY: 'hunter22' } }],
  ])('%s', async (_case, args, expected, options) => {
    const result = await inPipe(args, { ...env, ...options?.env });
    expect(result.stderr).toMatch(expected);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/hunter22|\n +at |Error:.*\n +at/);
  });
});

describe.concurrent('help', () => {
  const spawned = ['submit', 'budget reconcile'];
  it.each(spawned)('of %s has examples and exit codes, and ends with 0', async (command) => {
    const { code, stdout, stderr } = await reprice([...command.split(' '), '--help'], { env });
    expect(stdout).not.toMatch(/\(default: \d{4,}\)/);
    expect(stdout).toMatch(
      /\nExamples:\n {2}.*reprice [\s\S]*\nExit codes: 0 done, 1 .*, 2 wrong usage, 130 Ctrl-C\.\n$/,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('of every command has examples and exit codes, and tells the options that all share', async () => {
    const { stdout } = await inPipe(['--help'], env);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help' && name !== 'reprice');
    expect(commands.length).toBeGreaterThan(22);
    const subcommands = [
      'budget set',
      'budget unsettled',
      'budget reconcile',
      'limits set',
      'keys revoke',
      'keys restore',
      'freeze off',
      'freeze status',
      'canary set',
      'canary status',
      'canary parity',
      'canary promote',
      'canary rollback',
    ];
    for (const command of [...commands, ...subcommands]) {
      const help = await inPipe([...command.split(' '), '--help'], env);
      expect([command, help.code, help.stderr]).toEqual([command, 0, '']);
      expect(help.stdout).toMatch(new RegExp(`\\nExamples:\\n  .*reprice ${command}`));
      expect(help.stdout).toContain('--api-key');
      expect(help.stdout).toMatch(/\nExit codes: 0 done, 1 /);
    }
  });

  it('tells the version', async () => {
    expect(await reprice(['--version'], { env })).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });
});
