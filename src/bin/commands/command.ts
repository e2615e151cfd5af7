/** One command of `dosebell`. */
export interface Command {
  /** What `--help` shows in the list of all commands. */
  summary: string;
  help: string;
  /** What comes after the command's name; answers the exit code. Throws a `UsageError` for what the caller can mend. */
  run(args: string[]): Promise<number>;
}

/** The command line is not understood: exit 2, with a pointer to --help. */
export class UsageError extends Error {}

/** Whether an error says that the command line is not understood: by us, or by `parseArgs`. */
export function isUsageError(error: Error & { code?: string }): boolean {
  return error instanceof UsageError || error.code?.startsWith('ERR_PARSE_ARGS') === true;
}

/** A whole number of the command line, `least` to `most`; throws a `UsageError` for anything else. */
export function whole(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} must be a whole number from ${least} to ${most}`);
}
