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
