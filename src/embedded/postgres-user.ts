import { spawnSync } from 'node:child_process';
import { StartError } from './start-error.ts';

/** How to run PostgreSQL's programs: as ourselves, or, as root, under another uid that owns the data. */
export type PostgresUser = {
  owner?: { uid: number; gid: number };
  /** The command and arguments to spawn, with the uid to spawn them under, for a program of PostgreSQL. */
  command(program: string, args: string[]): { command: string; args: string[]; uid?: number; gid?: number };
};

/**
 * PostgreSQL refuses to run as root: then it runs as `postgres` when the machine has that user, else as `nobody`.
 * A checkout that user may not enter (a closed home folder, say) is entered with the one capability needed for it.
 * @param initdb PostgreSQL's program, tried out to see that the user reaches it and its files
 * @param dir the folder the data will be in
 */
export function postgresUser(initdb: string, dir: string): PostgresUser {
  if (process.getuid?.() !== 0) return { command: (command, args) => ({ command, args }) };
  const owner = idsOf('postgres') ?? idsOf('nobody');
  if (!owner)
    throw new StartError(
      'PostgreSQL does not run as root and there is no user `postgres` or `nobody`; run as an ordinary user',
    );
  const ways: PostgresUser[] = [
    { owner, command: (command, args) => ({ command, args, ...owner }) },
    { owner, command: (command, args) => ({ command: 'setpriv', args: [...privileges(owner), command, ...args] }) },
  ];
  const way = ways.find((each) => reaches(each, initdb, dir));
  if (way) return way;
  throw new StartError(
    `PostgreSQL does not run as root, and the user it would run as (uid ${owner.uid}) may not enter ${dir}: ` +
      'clone into a folder that others may enter, run as an ordinary user, or set DATABASE_URL',
  );
}

/**
 * setpriv (util-linux): the other uid, keeping only the right to pass folders closed to it. PostgreSQL asks access(2)
 * about its programs, which looks at that right only under no_setuid_fixup.
 */
function privileges({ uid, gid }: { uid: number; gid: number }): string[] {
  const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return [
    ...ids,
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
    '--bounding-set=-all,+dac_override',
  ];
}

function reaches(user: PostgresUser, initdb: string, dir: string): boolean {
  const script = '"$1" --show --pgdata="$2" && cd "$2"';
  const { command, args, uid, gid } = user.command('/bin/sh', ['-c', script, 'sh', initdb, dir]);
  const ids = uid === undefined || gid === undefined ? {} : { uid, gid };
  return spawnSync(command, args, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0;
}

function idsOf(user: string): { uid: number; gid: number } | undefined {
  const id = (flag: string) => Number.parseInt(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout, 10);
  const uid = id('-u');
  return Number.isNaN(uid) ? undefined : { uid, gid: id('-g') };
}
