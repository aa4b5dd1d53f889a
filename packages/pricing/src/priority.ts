/** The four priorities of a job, most urgent first; BullMQ priority 1 to 4 in this order. */
export const priorities = ['critical', 'high', 'normal', 'low'] as const;

/** How urgent a job is; every job has one. */
export type Priority = (typeof priorities)[number];
