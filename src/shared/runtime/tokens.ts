/** Nest tokens of what the platform provides beside the ports (which carry their own). */

/** `Clock` of shared/kernel/clock.ts. */
export const CLOCK = Symbol('Clock');
/** `Logger` of shared/telemetry/logger.ts. */
export const LOGGER = Symbol('Logger');
/** `OtherThreads` of shared/runtime/other-threads.ts. */
export const OTHER_THREADS = Symbol('OtherThreads');
