/** Where a worker may die between the mark of an observation and the end of its job, in the order in which they come. */
export const packerCrashPoints = ['packer-took', 'packer-enqueued', 'before-landing'] as const;
export type PackerCrashPoint = (typeof packerCrashPoints)[number];
