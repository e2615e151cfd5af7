/** `<pid> <start time>` of a live process, null when there is none. */
export function processIdentity(pid: number): string | null;
/** The pid of the live process that wrote its identity into `file`, else null. */
export function liveHolder(file: string): number | null;
/** Takes a lock file without waiting; a lock whose process has ended is taken over. */
export function tryLock(file: string): { holder: number } | { release: () => void };
