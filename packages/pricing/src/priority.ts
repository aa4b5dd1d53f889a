/** The four priorities of a job, most urgent first; BullMQ priority 1 to 4 in this order. */
export const priorities = ['critical', 'high', 'normal', 'low'] as const;

/** How urgent a job is; every job has one. */
export type Priority = (typeof priorities)[number];

/** What part of the day's budget, and of the queue's room, work of a priority may fill, in percent: urgent work always has a way in. */
export const sharePercent: Readonly<Record<Priority, number>> = { critical: 100, high: 95, normal: 85, low: 70 };
