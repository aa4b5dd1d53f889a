import { logCrash } from '../src/crash-line.ts';
import { addSecrets, createLogger } from '../src/logger.ts';

const log = createLogger({ name: 'crashing' });
addSecrets(log, ['crash-marker-secret']);
logCrash(log);
const broken = new Error('could not use crash-marker-secret');
if (process.argv[2] === 'rejection') void Promise.reject(broken);
else
  setTimeout(() => {
    throw broken;
  });
