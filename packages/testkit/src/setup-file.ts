import { afterAll } from 'vitest';
import { endLeftovers } from './test-file-end.ts';

afterAll(endLeftovers);
