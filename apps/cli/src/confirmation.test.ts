import { describe, expect, it } from 'vitest';
import { confirm } from './confirmation.ts';
import type { Context } from './context.ts';

/** A person who types this, a piece at a time; undefined: nobody is there. */
function person(...typed: string[]): { context: Context; said: () => string } {
  let said = '';
  const stdin = {
    isTTY: typed.length > 0,
    async *[Symbol.asyncIterator]() {
      for (const piece of typed) yield Buffer.from(piece);
    },
  };
  const output = {
    stderr: {
      write(text: string) {
        said += text;
      },
    },
  };
  const interrupt = new AbortController();
  return { context: { stdin, output, interrupt } as unknown as Context, said: () => said };
}

describe('confirm', () => {
  it.each([[['y\n']], [['YES\n']], [['y', 'es', '\nno']]])('takes %j for a yes', async (typed) => {
    const { context, said } = person(...typed);
    await confirm(context, 'Sure?', false);
    expect(said()).toBe('Sure? [y/N] ');
  });

  it.each([[['\n']], [['n\n']], [['yep\n']], [['']]])('takes %j for a no', async (typed) => {
    await expect(confirm(person(...typed).context, 'Sure?', false)).rejects.toMatchObject({ code: 'failed' });
  });

  it('ends the line of the question on Ctrl-C, and only until it is answered', async () => {
    const asked = person('y\n');
    await confirm(asked.context, 'Sure?', false);
    asked.context.interrupt.abort();
    expect(asked.said()).toBe('Sure? [y/N] ');
    const stopped = person('y\n');
    const answered = confirm(stopped.context, 'Sure?', false);
    stopped.context.interrupt.abort();
    await answered;
    expect(stopped.said()).toBe('Sure? [y/N] \n');
  });

  it('asks nothing when it is said already, and nobody when nobody is there', async () => {
    const { context, said } = person();
    await confirm(context, 'Sure?', true);
    expect(said()).toBe('');
    await expect(confirm(context, 'Sure?', false)).rejects.toMatchObject({ code: 'usage', advice: 'Add --yes.' });
  });
});
