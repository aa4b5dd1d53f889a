import { expect, it } from 'vitest';
import { environmentSchema, environmentVariables } from './environment.ts';

it('describes each variable, and each default passes its own reader', () => {
  expect(environmentVariables.map((variable) => variable.name)).toEqual(Object.keys(environmentSchema.shape));
  for (const variable of environmentVariables) {
    expect(variable.meaning).not.toBe('');
    expect(variable.takes).not.toBe('');
    const value = environmentSchema.shape[variable.name].parse(undefined);
    expect(value === undefined).toBe(variable.default === undefined);
  }
});
