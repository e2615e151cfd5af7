import { expect, test } from 'vitest';
import { quietUntil } from './quiet.ts';

const NIGHT = { from: '22:00', to: '07:00' };
const SIESTA = { from: '13:00', to: '15:30' };

test.each([
  // Lima is UTC−5 all year.
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T02:59:59Z', local: '21:59', quiet: false },
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T03:00:00Z', local: '22:00', quiet: true },
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T05:00:00Z', local: '00:00', quiet: true },
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T11:59:59Z', local: '06:59', quiet: true },
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T12:00:00Z', local: '07:00', quiet: false },
  { hours: SIESTA, zone: 'America/Lima', at: '2026-11-24T17:59:00Z', local: '12:59', quiet: false },
  { hours: SIESTA, zone: 'America/Lima', at: '2026-11-24T18:00:00Z', local: '13:00', quiet: true },
  { hours: SIESTA, zone: 'America/Lima', at: '2026-11-24T20:30:00Z', local: '15:30', quiet: false },
  // Santiago is UTC−3 in summer and UTC−4 in winter: the same instant of the day is another wall clock.
  { hours: NIGHT, zone: 'America/Santiago', at: '2026-12-01T10:30:00Z', local: '07:30', quiet: false },
  { hours: NIGHT, zone: 'America/Santiago', at: '2026-07-01T10:30:00Z', local: '06:30', quiet: true },
  {
    hours: { from: '08:00', to: '08:00' },
    zone: 'America/Lima',
    at: '2026-11-24T13:00:00Z',
    local: '08:00',
    quiet: false,
  },
])('$local in $zone within $hours.from–$hours.to: $quiet', ({ hours, zone, at, quiet }) => {
  expect(quietUntil(hours, zone, new Date(at)) !== null).toBe(quiet);
});

test.each([
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T03:00:00Z', end: '2026-11-24T12:00:00Z' },
  { hours: NIGHT, zone: 'America/Lima', at: '2026-11-24T11:59:59Z', end: '2026-11-24T12:00:00Z' },
  { hours: SIESTA, zone: 'America/Lima', at: '2026-11-24T18:00:30.500Z', end: '2026-11-24T20:30:00Z' },
  // The clocks of Santiago go forward at midnight of this night, and back at midnight of the other: 8 hours, and 10.
  { hours: NIGHT, zone: 'America/Santiago', at: '2026-09-06T02:00:00Z', end: '2026-09-06T10:00:00Z' },
  { hours: NIGHT, zone: 'America/Santiago', at: '2026-04-05T01:00:00Z', end: '2026-04-05T11:00:00Z' },
  // Wall clocks show 01:30 twice: quiet until the first, and again until the second.
  {
    hours: { from: '23:00', to: '01:30' },
    zone: 'America/New_York',
    at: '2026-11-01T05:10:00Z',
    end: '2026-11-01T05:30:00Z',
  },
  {
    hours: { from: '23:00', to: '01:30' },
    zone: 'America/New_York',
    at: '2026-11-01T06:10:00Z',
    end: '2026-11-01T06:30:00Z',
  },
])('of $hours.from–$hours.to in $zone, $at: over at $end', ({ hours, zone, at, end }) => {
  expect(quietUntil(hours, zone, new Date(at))).toEqual(new Date(end));
});
