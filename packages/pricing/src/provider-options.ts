import { z } from 'zod';
import type { Strategy } from './strategy.ts';

/** Members of the request body that only some gateways know, such as `role_override` or `reasoning_effort`, as they are to be sent. */
export type ProviderOptions = Readonly<Record<string, unknown>>;

/** What we set ourselves, and why nobody else may. */
const protocol =
  'part of the protocol, which we set ourselves (the temperature is a field of the strategy, the model of its tier)';
/** What makes a call cost what its tokens do not tell. */
const unmeasured = 'refused: it makes a call cost more than its tokens tell, so that the budget could not hold';
const reserved: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['model', 'messages', 'stream', 'stream_options', 'max_tokens', 'max_completion_tokens', 'temperature'].map(
      (name) => [name, protocol],
    ),
  ),
  ...Object.fromEntries(
    [
      ...['n', 'best_of', 'models', 'fallbacks', 'prediction', 'tools', 'functions', 'plugins', 'audio'],
      ...['web_search_options', 'search_parameters', 'enable_search'],
    ].map((name) => [name, unmeasured]),
  ),
};

const mostBytes = 4096;
const words = 'an object of JSON values by name, such as { reasoning_effort: "low" }';

/** Options as a config file states them; reserved names are refused, each with its reason. */
export const providerOptionsSchema: z.ZodType<ProviderOptions> = z
  .record(z.string(), z.unknown(), words)
  .superRefine((options, context) => {
    const refuse = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    for (const [name, value] of Object.entries(options)) {
      const why = Object.hasOwn(reserved, name) ? reserved[name] : undefined;
      if (why !== undefined) refuse(name, `no value: it is ${why}`);
      else if (!/^[A-Za-z][\w.-]{0,63}$/.test(name)) refuse(name, 'a name of letters, digits, dots and dashes');
      else if (!z.json().safeParse(value).success)
        refuse(name, 'a JSON value: text, number, true, false, null, array or object');
      else if (Buffer.byteLength(JSON.stringify(value)) > mostBytes) refuse(name, `at most ${mostBytes} bytes of JSON`);
    }
  });

/** What goes into the body of a call of this model for this strategy; undefined where nothing is configured. The strategy's own wins. */
export function providerOptionsOf(
  { providerOptions, modelOptions }: Pick<Strategy, 'providerOptions' | 'modelOptions'>,
  model: string,
): ProviderOptions | undefined {
  const ofModel = modelOptions && Object.hasOwn(modelOptions, model) ? modelOptions[model] : undefined;
  if (!ofModel || !providerOptions) return providerOptions ?? ofModel;
  return { ...ofModel, ...providerOptions };
}

/** The most tokens that options add to a prompt: a gateway may put them into it (`role_override`), and no token is shorter than a byte. */
export function worstOptionTokens(options: ProviderOptions | undefined): number {
  return options ? Buffer.byteLength(JSON.stringify(options)) : 0;
}
