import { z } from 'zod';
import { canaryDefaultsSchema } from './canary-fields.ts';
import { feedsSchema } from './feed-fields.ts';
import { ratesSchema } from './rates-fields.ts';
import { changesSchema, sinksSchema } from './sink-fields.ts';
import { quarantineSchema, sourcesSchema } from './sources-fields.ts';

/** The parts of a config file that are taken as they stand: a line a part, its schema in a file of its own. */
export const sectionSchemas = {
  canary: canaryDefaultsSchema.default({}),
  changes: changesSchema.prefault({}),
  quarantine: quarantineSchema.prefault({}),
  feeds: feedsSchema.default({}),
  rates: ratesSchema.optional(),
  sinks: sinksSchema.default({}),
  sources: sourcesSchema.default({}),
};

const sectionsSchema = z.object(sectionSchemas);

/** Those parts, read; each is there, with its defaults. */
export type ConfigSections = z.output<typeof sectionsSchema>;

/** Those parts as a config file may state them. */
export type ConfigSectionsInput = z.input<typeof sectionsSchema>;

/** What holds where there is no config file. */
export const defaultSections: ConfigSections = sectionsSchema.parse({});
