import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reprice } from './command.ts';
import { batch, ContractServer } from './contract-server.ts';
import { inPipe } from './terminal.ts';

let api: ContractServer;
let env: Record<string, string>;
beforeAll(async () => {
  api = await ContractServer.start();
  env = { REPRICE_URL: api.url, REPRICE_API_KEY: 'k' };
  api.on('GET /v1/batches', { body: { items: [batch(), batch({ id: 'b2', status: 'running' })], nextCursor: null } });
  api.on('GET /v1/jobs', { body: { items: [], nextCursor: null, byReason: { gateway_failed: 12, refused: 3 } } });
});
afterAll(() => api.stop());

const offered = async (words: readonly string[], more = env): Promise<string[]> => {
  const { code, stdout, stderr } = await inPipe(['complete', '--', ...words], more);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n');
};

describe('completion', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['commands', ['fre'], ['freeze\tstop all calls and publishing, or let them go on', ':4']],
    ['subcommands', ['budget', 'rec'], ["reconcile\tbook what the gateway's bill says, and open a closed day", ':4']],
    ['options', ['cancel', '--y'], ['--yes\tdo not ask', ':4']],
    [
      'options that all commands have',
      ['cancel', '--js'],
      ['--json\tprint JSON instead of text, one object a line', ':4'],
    ],
    ['choices', ['submit', 'x.csv', '--priority', 'h'], ['high\t', ':4']],
    ['batches', ['watch', ''], ['b1\tdone, 5 SKUs', 'b2\trunning, 5 SKUs', ':4']],
    ['batches of an option', ['replay', '--batch', 'b2'], ['b2\trunning, 5 SKUs', ':4']],
    ['reasons', ['failed', '--reason', ''], ['gateway_failed\t12 jobs', 'refused\t3 jobs', ':4']],
    ['nothing for a text of one’s own', ['freeze', '--reason', ''], [':4']],
    ['files', ['submit', ''], [':0']],
    ['shells', ['completion', 'z'], ['zsh\t', ':4']],
  ])('offers %s', async (_what, words, values) => {
    expect(await offered(words)).toEqual(values);
  });

  it('offers nothing, and says nothing, when the API does not answer', async () => {
    expect(await offered(['watch', ''], { ...env, REPRICE_URL: 'http://127.0.0.1:9' })).toEqual([':4']);
    expect(await offered(['watch', ''], { ...env, REPRICE_URL: 'nonsense' })).toEqual([':4']);
  });

  it('works in bash', async () => {
    const main = path.resolve(import.meta.dirname, '../src/main.ts');
    // What the package bash-completion gives, for machines without it.
    const script = `_get_comp_words_by_ref() { cur=\${COMP_WORDS[COMP_CWORD]}; words=("\${COMP_WORDS[@]}"); }; compopt() { :; }
source <("${process.execPath}" "${main}" completion bash)
COMP_WORDS=(reprice submit x --priority "cr"); COMP_CWORD=4; __reprice_complete; echo "\${COMPREPLY[@]}"
complete -p reprice; reprice --version`;
    const said = await new Promise<string[]>((resolve, reject) => {
      execFile(
        'bash',
        ['--norc', '-c', script],
        { env: { PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` } },
        (error, stdout, stderr) => (error ? reject(error) : resolve([stdout, stderr])),
      );
    });
    expect(said).toEqual(['critical\ncomplete -o default -F __reprice_complete reprice\n0.1.0\n', '']);
  });

  it.each(['zsh', 'fish'])('has a script for %s', async (shell) => {
    const { code, stdout } = await reprice(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain("bin/reprice.mjs' complete --");
  });
});
