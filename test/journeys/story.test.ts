import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadHospital } from '#loadtests/story/hospital.ts';
import { testDatabase } from '../helpers/app.ts';
import { type Started, startAll } from '../helpers/start.ts';

const PATIENTS = 140;
const STORY_MS = 150_000;

/** Every value of the story's input that names, reaches or describes a person. */
function patientData(): string[] {
  const { patients, prescriptions } = loadHospital();
  const people = patients.slice(0, PATIENTS).flatMap((patient) => {
    const others = [...patient.caregivers, ...patient.clinicians];
    return [patient, ...others]
      .flatMap(({ name, contacts }) => [name ?? '', ...contacts.map((c) => c.value)])
      .concat(patient.externalId);
  });
  const drugs = prescriptions.flatMap(({ medication, instructions }) => [medication, instructions]);
  return [...new Set([...people, ...drugs])].filter((value) => value.length > 3);
}

/** The story's own database: other tests use the same server meanwhile. */
const DATABASE = '15';

/** Everything anybody sent to the story's Redis database while it ran: each command with its keys and values. */
async function listen(url: string): Promise<{ heard: () => string; stop: () => void }> {
  const monitor = await new Redis(url).monitor();
  const lines: string[] = [];
  monitor.on('monitor', (_time: string, args: string[], _source: string, database: string) => {
    if (database === DATABASE) lines.push(args.join(' '));
  });
  return { heard: () => lines.join('\n'), stop: () => monitor.disconnect() };
}

describe('a hospital’s day over the real processes', () => {
  let story: Started;
  let summary: Record<string, number> & { accepted: Record<string, number>; answers: Record<string, number> };
  let redis = '';

  beforeAll(async () => {
    const { url, drop } = await testDatabase();
    afterAll(drop);
    const redisUrl = `${inject('redisUrl')}/${DATABASE}`;
    const { heard, stop } = await listen(redisUrl);
    story = startAll(['--exit', '--seconds', '20', '--patients', String(PATIENTS)], {
      DATABASE_URL: url,
      REDIS_URL: redisUrl,
    });
    await story.ended;
    redis = heard();
    stop();
    summary = JSON.parse(story.output().trim().split('\n').at(-1) ?? '');
  }, STORY_MS);

  it('ends with exit code 0: every dose accounted for, every message as the providers have it', () => {
    expect(story.output()).not.toContain('NOT ACCOUNTED FOR');
    expect(story.child.exitCode).toBe(0);
    expect(summary).toMatchObject({ patients: PATIENTS, open: 0, unaccounted: 0 });
    expect(summary.due).toBe(
      ['taken', 'skipped', 'missed', 'undelivered'].reduce((sum, state) => sum + (summary[state] ?? 0), 0),
    );
  });

  it('has every outcome, road and channel in it', () => {
    for (const outcome of ['taken', 'takenLate', 'skipped', 'missed', 'undelivered', 'cancelled', 'escalations']) {
      expect(summary[outcome], outcome).toBeGreaterThan(0);
    }
    for (const channel of ['push', 'sms', 'email']) expect(summary.accepted[channel], channel).toBeGreaterThan(0);
    for (const road of ['push_action', 'sms_reply', 'link']) expect(summary.answers[road], road).toBeGreaterThan(0);
  });

  it('writes no name, number, address, token or drug to any log', () => {
    const folder = join(story.dir, 'logs');
    const logs = readdirSync(folder).filter((name) => !name.startsWith('simulator'));
    expect(logs.sort()).toEqual(['api.log', 'scheduler.log', 'worker.log']);
    const text = [story.output(), ...logs.map((name) => readFileSync(join(folder, name), 'utf8'))].join('\n');
    expect(text).toContain('"msg"');
    expect(patientData().filter((value) => text.includes(value))).toEqual([]);
  });

  it('sends none of it to Redis, in no key and no value', () => {
    expect(redis).toContain('chunkId');
    expect(patientData().filter((value) => redis.includes(value))).toEqual([]);
  });
});
