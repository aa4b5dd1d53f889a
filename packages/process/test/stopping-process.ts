/* A process that says by which cause it was told to stop, and ends with 0 when its parent has let go of it. */
import { StopSignal } from '../src/stop-signal.ts';

const stopSignal = new StopSignal();
process.once('disconnect', () => process.exit(0));
stopSignal.handle((cause) => process.send?.(cause));
process.send?.('ready');
