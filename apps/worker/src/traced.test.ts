import type { Tracing } from '@reprice/telemetry/tracing';
import { expect, it, vi } from 'vitest';
import type { Tools } from './pipeline/tools.ts';
import { tracedTools } from './traced.ts';

it('a traced call is admitted as an untraced one: with how far ahead its slot may be', async () => {
  const admit = vi.fn(async () => ({ granted: false, because: 'frozen' }));
  const span: Tracing['span'] = async (_, __, step) => await step({ set: () => {} });
  const tools = { store: { admission: { admit }, snapshots: {}, prices: {} }, gateway: {} } as unknown as Tools;
  const worst = { costNanoUsd: 1, tokens: 1 };
  await tracedTools(tools, { span } as Tracing).store.admission.admit('low', worst, 0);
  expect(admit).toHaveBeenCalledWith('low', worst, 0);
});
