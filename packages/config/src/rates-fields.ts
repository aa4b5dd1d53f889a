import { isFromFuture, rateTableSchema } from '@reprice/pricing';

/** `rates` of a config file: the exchange rates of a day, by which competitors' prices in other currencies are converted. */
export const ratesSchema = rateTableSchema.superRefine((table, context) => {
  if (!isFromFuture(table, Date.now())) return;
  context.addIssue({ code: 'custom', path: ['date'], message: 'a day that has begun, such as that of today' });
});
