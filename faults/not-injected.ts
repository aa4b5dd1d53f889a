/** Faults of the matrix that have no scenario here, and why. */
export const notInjected: readonly (readonly [string, string])[] = [];
