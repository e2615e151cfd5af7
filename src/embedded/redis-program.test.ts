import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRedis } from './redis-program.ts';

const PATH = process.env.PATH;
let dir: string;
let dist: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'redis-program-'));
  dist = join(dir, 'redis-dist');
  mkdirSync(join(dir, 'bin'));
  // Only the programs a test puts there, and a shell's own tools, are found.
  process.env.PATH = join(dir, 'bin');
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(dir, { recursive: true });
});

function program(name: string, script: string): void {
  const file = join(dir, 'bin', name);
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
}

const redis = (version: string) => `echo "Redis server v=${version} sha=0"`;

/** Stand-ins for apt and dpkg, as they behave on Debian 12: the packages' server says it is `version`. */
function apt(version: string, download = 'touch redis-tools_1.deb'): void {
  program(
    'apt-get',
    `echo "$*" >> ${join(dir, 'asked')}
     case "$*" in
       *--version*) ;;
       *update*) echo 'E: another source failed'; exit 100 ;;
       *--print-uris*) echo "'http://deb/libjemalloc2.deb' libjemalloc2_5.3.0-1_amd64.deb 1 MD5Sum:0" ;;
       *download*) ${download} ;;
     esac`,
  );
  program(
    'dpkg-deb',
    `[ "$1" = -x ] || exit 0
     mkdir -p "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu"
     printf '#!/bin/sh\\necho "Redis server v=${version} in $LD_LIBRARY_PATH"\\n' > "$3/usr/bin/redis-server"
     chmod +x "$3/usr/bin/redis-server"`,
  );
}

test('the redis-server of PATH is taken when it is new enough', async () => {
  program('redis-server', redis('7.2.4'));
  expect(await findRedis(dist)).toEqual({ command: 'redis-server', env: {} });
});

test('one too old is passed over: another is fetched once, with the libraries this system lacks', async () => {
  program('redis-server', redis('6.0.16'));
  apt('7.0.15');
  const said: string[] = [];
  const both = await Promise.all([
    findRedis(dist, (line) => said.push(line)),
    findRedis(dist, (line) => said.push(line)),
  ]);
  expect(both[0]).toEqual({
    command: join(dist, 'usr/bin/redis-server'),
    env: { LD_LIBRARY_PATH: [join(dist, 'usr/lib'), join(dist, 'usr/lib/x86_64-linux-gnu')].join(':') },
  });
  expect(both[1]).toEqual(both[0]);
  expect(said).toEqual([expect.stringContaining('fetching one with apt')]);
  expect(readFileSync(join(dir, 'asked'), 'utf8')).toContain('download redis-server redis-tools libjemalloc2\n');
  expect(readdirSync(dir).sort()).toEqual(['asked', 'bin', 'redis-dist']);
});

test.each([
  ['no package manager of Debian', () => {}, 'there is no redis-server on PATH'],
  ['an apt that fails', () => apt('7', "echo 'E: no network'; exit 100"), 'apt could not fetch it (E: no network)'],
  ['a distribution whose Redis is too old', () => apt('6.0.16'), "the package manager's Redis is version 6"],
])('%s: one line says what to do', async (_, prepare, why) => {
  prepare();
  const line = await findRedis(dist).catch((error: Error) => error.message);
  expect(line).toContain(`Redis 7 or newer is needed, and ${why}. `);
  expect(line).toMatch(/(Type `.*`|Install it with your package manager), or set REDIS_URL$/);
  expect(existsSync(`${dist}.work`)).toBe(false);
});
