import { type SourceSettings, sourceSecrets, sourceSettingsSchema } from '@reprice/sources';
import { z } from 'zod';

const nameTakes = 'as its name 1 to 40 lower-case letters, digits and dashes, a letter or digit first';

/** The name of a source. */
const sourceName = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** `sources` of a config file: what shops and markets send, by name; POST /v1/sources/NAME takes it. */
export const sourcesSchema = z
  .record(z.string(), sourceSettingsSchema, 'an object of sources by name')
  .superRefine((sources, context) => {
    for (const name of Object.keys(sources))
      if (!sourceName.test(name)) context.addIssue({ code: 'custom', path: [name], message: nameTakes });
  });

const percentTakes = 'a number from 0 to 100';

/** `quarantine` of a config file. */
export const quarantineSchema = z.strictObject({
  /** An alarm is raised when more than this share of what a source sent in 10 minutes could not be used (and at least 20 of it). */
  alarmPercent: z.number(percentTakes).min(0, percentTakes).max(100, percentTakes).default(5),
});

/** Every secret that a sender signs with. */
export function secretsOfSources(sources: Readonly<Record<string, SourceSettings>>): string[] {
  return Object.values(sources).flatMap(sourceSecrets);
}
