export { lineEnds, readQuotedRecord } from './csv-record.ts';
export { excerptOf } from './excerpt.ts';
export { type ReadContext, readSource, readTable, tableFault } from './read-source.ts';
export { Reading } from './reading.ts';
export { type SourceSettings, sourceSecrets, sourceSettingsSchema } from './settings.ts';
export { type Headers, header, isSigned, signatureOf } from './signature.ts';
export { type TableLine, TableReader } from './table-reader.ts';
export { isWooPing } from './woocommerce.ts';
