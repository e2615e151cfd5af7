import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { testDatabase } from '../helpers/app.ts';
import { startAll } from '../helpers/start.ts';

const SHARED = join(import.meta.dirname, '../../../shared/data/fhir');
const START_MS = 90_000;

async function servers(): Promise<Record<string, string>> {
  const { url } = await testDatabase();
  return { DATABASE_URL: url, REDIS_URL: `${inject('redisUrl')}/14` };
}

function fileWith(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'dosebell-import-')), 'input.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('npm start refuses with one line', () => {
  it.each([
    { name: 'an unknown option', args: ['--fast'], env: {}, says: /Unknown option '--fast'/ },
    { name: 'a bad number', args: ['--seconds', '1'], env: {}, says: /--seconds 1 must be a whole number from 10/ },
    {
      name: 'a file that is not there',
      args: ['--import', 'nowhere.json'],
      env: {},
      says: /--import nowhere.json: there is no such file/,
    },
    {
      name: 'a provider of your own without its account',
      args: [],
      env: { FCM_BASE_URL: 'https://127.0.0.1:1' },
      says: /FCM_SERVICE_ACCOUNT is not set/,
    },
    {
      name: 'a bad setting',
      args: ['--exit'],
      env: { TICK_MS: 'fast' },
      says: /TICK_MS must be a whole number from 50/,
    },
  ])(
    '$name',
    async ({ args, env, says }) => {
      const run = startAll(args, { ...(await servers()), ...env });
      expect(await run.ended).toBeGreaterThan(0);
      const last = run.output().trim().split('\n').at(-1) ?? '';
      expect(last).toMatch(says);
      expect(run.output()).not.toContain('    at ');
    },
    START_MS,
  );
});

describe('npm start -- --import', () => {
  it(
    'takes JSON as POSTed to the API, and says of each refused item why',
    async () => {
      const patient = {
        externalId: 'P-1',
        locale: 'es',
        zone: 'America/Lima',
        contacts: [{ kind: 'email', value: 'p1@example.org' }],
        consent: { reminders: true },
      };
      const regimen = { start: '2026-11-01T08:00:00', rrules: ['FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0;BYSECOND=0'] };
      const file = fileWith({
        patients: [patient, { ...patient, externalId: 'P-2', zone: 'Mars/Olympus' }],
        prescriptions: [
          { patient: 'P-1', externalId: 'RX-1', medication: 'Metformina 850 mg', regimen },
          { patient: 'P-2', externalId: 'RX-2', medication: 'Losartan 50 mg', regimen },
        ],
      });
      const run = startAll(['--import', file, '--exit'], await servers());
      expect(await run.ended).toBe(0);
      const summary = JSON.parse(run.output().trim().split('\n').at(-1) ?? '');
      expect(summary).toMatchObject({ patients: 1, prescriptions: 1, refused: 2 });
      expect(summary.reasons.join('\n')).toMatch(/P-2.*zone[\s\S]*RX-2.*patient/);
    },
    START_MS,
  );

  const bundle = join(SHARED, 'synthea-r4-trimmed/Aundrea_Grant_fd9a5c15-8c54-4dad-9b69-9e0e5e904548.json');
  const there = existsSync(bundle);
  if (!there) console.warn('skipped: the third-party FHIR files are not there');
  it.skipIf(!there)(
    'takes or refuses, with the reason, every resource of a third-party bundle',
    async () => {
      const run = startAll(['--import', bundle, '--exit'], await servers());
      expect(await run.ended).toBe(0);
      const summary = JSON.parse(run.output().trim().split('\n').at(-1) ?? '');
      expect(summary.patients + summary.prescriptions + summary.refused).toBeGreaterThan(0);
      expect(summary.reasons).toHaveLength(summary.refused);
    },
    START_MS,
  );
});

describe('npm start', () => {
  it(
    'stays up after its work, prints its links, and Ctrl-C stops everything in order',
    async () => {
      const run = startAll(
        [
          '--import',
          fileWith({
            patients: [{ externalId: 'P-1', locale: 'es', zone: 'America/Lima', consent: { reminders: true } }],
            prescriptions: [],
          }),
        ],
        await servers(),
      );
      await run.says('API docs');
      const api = /API docs\s+(\S+)\/docs/.exec(run.output())?.[1] ?? '';
      for (const path of ['/docs', '/openapi.json', '/clinic', '/healthz', '/readyz', '/metrics']) {
        expect((await fetch(`${api}${path}`)).status, path).toBe(200);
      }
      run.child.kill('SIGINT');
      expect(await run.ended).toBe(0);
      await expect(fetch(`${api}/healthz`)).rejects.toThrow();
    },
    START_MS,
  );
});
