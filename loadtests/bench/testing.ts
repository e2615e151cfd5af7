import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Runs one of our programs to its end, with nothing of the caller's environment but PATH. */
export async function runProgram(entry: string, args: string[]) {
  const child = spawn(process.execPath, [join(root, entry), ...args], { env: { PATH: process.env.PATH } });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code: code as number | null, ...output };
}
