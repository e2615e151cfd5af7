import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads lines `+ SIGNAL pid` and `- pid`; when its input closes (this process has ended, by whatever death, kill -9
 * included) it sends each process still listed its stop signal and, ten seconds later, kills its group.
 */
const SCRIPT = `trap '' INT TERM HUP
list=''
while read -r op a b; do
  if [ "$op" = + ]; then list="$list $a:$b"; else
    rest=''; for p in $list; do [ "\${p#*:}" = "$a" ] || rest="$rest $p"; done; list=$rest
  fi
done
alive() { for p in $list; do kill -0 "\${p#*:}" 2>/dev/null && return 0; done; return 1; }
for p in $list; do kill -"\${p%%:*}" "\${p#*:}" 2>/dev/null; done
n=0; while [ $n -lt 100 ] && alive; do sleep 0.1; n=$((n+1)); done
for p in $list; do kill -KILL -- -"\${p#*:}" 2>/dev/null; done
exit 0`;

const live = new Map<number, string>();
let shell: ChildProcess | undefined;

/** Sees to it that the process group led by `pid` does not outlive this process. `signal` as in 'SIGTERM'. */
export function guard(pid: number, signal: string): void {
  shell ??= startShell();
  live.set(pid, signal);
  shell.stdin?.write(`+ ${signal.replace('SIG', '')} ${pid}\n`);
}

/** Call when the process `pid` has ended. */
export function unguard(pid: number): void {
  live.delete(pid);
  shell?.stdin?.write(`- ${pid}\n`);
}

/** Kills every guarded process group at once. Synchronous: it is also the last thing done on exit. */
export function killAll(): void {
  for (const pid of live.keys()) killGroup(pid);
}

/** Kills the process group led by `pid`; nothing happens when it is gone. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

function startShell(): ChildProcess {
  process.once('exit', killAll);
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
  child.on('error', () => {}); // no shell: the exit handler above still holds
  child.stdin?.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return child;
}
