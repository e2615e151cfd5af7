import { beforeAll, describe, expect, test } from 'vitest';
import { recordAck } from '#src/ack/record.ts';
import { createTenant } from '#src/store/tenants.ts';
import { runCommand } from '#test/helpers/command.ts';
import { seedPatient, seedPrescription, testDispatcher } from '#test/helpers/dispatcher.ts';
import { driveTo } from '#test/helpers/drive.ts';
import { reconcileCommand } from './reconcile.ts';

const app = await testDispatcher();
const at = (time: string) => new Date(`2026-11-23T${time}Z`); // 13:00Z is 08:00 in Lima
const PERIOD = ['--from', '2026-11-23', '--to', '2026-11-24'];

const reconcile = (...args: string[]) => runCommand(reconcileCommand, args, { DATABASE_URL: app.config.databaseUrl });

let missed: string;
beforeAll(async () => {
  const prescriptions = [];
  for (let n = 0; n < 3; n++) prescriptions.push(await seedPrescription(app, await seedPatient(app)));
  await createTenant(app.sql, 'Clínica Ñandú', app.clock.now());
  app.scripted.push.script = [
    { kind: 'accepted', ref: 'x' },
    { kind: 'accepted', ref: 'y' },
    { kind: 'unknown', code: 'timeout' },
  ];
  await driveTo(app, at('13:00:02'));
  const doses = await app.sql<{ id: string }[]>`
    SELECT id FROM doses WHERE local_date = '2026-11-23' ORDER BY array_position(${prescriptions}::uuid[], prescription_id)`;
  missed = doses[0]?.id as string;
  for (const { id: doseId } of doses.slice(1)) await recordAck(app, { doseId, answer: 'taken', road: 'api' });
  for (const time of ['13:10:00', '13:20:00', '14:00:00']) await driveTo(app, at(time));
});

describe('dosebell reconcile', () => {
  test('prints each tenant, the total and the messages, and ends with 0 when every dose is accounted for', async () => {
    const { code, stdout, stderr } = await reconcile(...PERIOD);
    expect(
      stdout.replace(/ at .*Z$/m, ' at NOW').replace(/[0-9a-f-]{36}/g, 'ID'),
    ).toBe(`Doses of 2026-11-23 (local dates), as they are at NOW

  tenant         due  taken  skipped  missed  undelivered  excluded  open  unaccounted
  Clínica Ñandú    0      0        0       0            0         0     0            0
  Test hospital    3      2        0       1            0         0     0            0
  all              3      2        0       1            0         0     0            0

Messages about them

  tenant         channel  intent  accepted  delivered  failed  unknown  cancelled
  Test hospital  push          0         2          0       0        1          0
  Test hospital  sms           0         1          0       0        0          0
  Test hospital  email         0         1          0       0        0          0
  all            push          0         2          0       0        1          0
  all            sms           0         1          0       0        0          0
  all            email         0         1          0       0        0          0

Every due dose is accounted for.
1 message is of unknown fate:
  ID  of dose ID  Test hospital  push  timeout  still being found out
`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('--json has a line for each tenant, each item, and the total last', async () => {
    const { code, stdout } = await reconcile(...PERIOD, '--json', '--tenant', 'Test hospital');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(lines.map(({ kind }) => kind)).toEqual(['tenant', 'unknown', 'total']);
    expect(lines[0]).toMatchObject({ name: 'Test hospital', due: 3, taken: 2, missed: 1, unaccounted: 0 });
    expect(lines.at(-1)).toMatchObject({ from: '2026-11-23', to: '2026-11-24', due: 3, unknown: 1 });
  });

  test('tells its progress over a long period, and only there', async () => {
    const { code, stdout, stderr } = await reconcile(
      '--from',
      '2026-11-10',
      '--to',
      '2026-11-25',
      '--tenant',
      'Test hospital',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('Doses of 2026-11-10 to 2026-11-24');
    expect(stderr.trimEnd().split('\n')).toHaveLength(15);
  });

  test('itemises a dose that is unaccounted for, and ends with 1', async () => {
    await app.sql`UPDATE attempts SET purpose = 'caregiver' WHERE dose_id = ${missed}`;
    const { code, stdout } = await reconcile(...PERIOD);
    await app.sql`UPDATE attempts SET purpose = 'reminder' WHERE dose_id = ${missed}`;
    expect(stdout).toContain('! 1 dose is not accounted for:');
    expect(stdout).toContain(
      `  ${missed}  2026-11-23  Test hospital  it ended as missed, and no provider ever took a reminder to the patient`,
    );
    expect(code).toBe(1);
  });

  test.each([
    [['--from', '2026-02-30'], '--from must be a date'],
    [['--from', '2026-11-24', '--to', '2026-11-24'], '--from must be before --to'],
    [['--from', '2001-01-01', '--to', '2026-11-24'], 'at most 3660 days'],
    [['--tenant', 'Nobody'], 'there is no tenant "Nobody"'],
    [['--ask-most', '0'], '--ask-most'],
    [['--ask-providers'], 'bad settings'],
    [['--all'], '--all'],
  ])('%j is not understood', async (args, words) => {
    const { code, stdout, stderr } = await reconcile(...args);
    expect(stderr).toContain(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
