import { format } from 'node:util';
import { vi } from 'vitest';
import { type Command, isUsageError } from '#src/bin/commands/command.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command of `dosebell` in this process, with these settings added to the environment: what it prints, and how it ends. */
export async function runCommand(command: Command, args: string[], env: Record<string, string>): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((...words) => {
      said.stdout += `${format(...words)}\n`;
    }),
    vi.spyOn(console, 'error').mockImplementation((...words) => {
      said.stderr += `${format(...words)}\n`;
    }),
  ];
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return { code: await command.run(args), ...said };
  } catch (error) {
    const failure = error as Error;
    return { code: isUsageError(failure) ? 2 : 1, ...said, stderr: `${said.stderr}dosebell: ${failure.message}\n` };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}
