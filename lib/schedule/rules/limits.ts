/** A run that begins this much after its time is on time: the daemon looks every second, and a busy machine may be slow. */
export const toleranceMs = 90_000;
/** The most missed runs of a job that are made up for, with any policy. */
export const mostCaughtUp = 100;
/** The most due times that are listed one by one; earlier ones are counted. */
export const mostListed = 1000;
export const mostHistory = 1000;
/** A run during which the process died this often is not tried again: the run itself may be the cause. */
export const mostInterruptions = 3;
/** The longest error message that is kept, characters. */
export const longestMessage = 500;
