import { expect, test } from 'vitest';
import type { GridDose } from '#src/store/clinic.ts';
import { doseGrid } from './dose-grid.ts';

const dose = (localDate: string, slot: number, state: GridDose['state'] = 'taken'): GridDose => ({
  prescriptionId: 'p',
  localDate,
  slot,
  state,
  late: false,
});

test('a row per day, newest first, and a column per time; days without a dose at some time keep the columns', () => {
  const grid = doseGrid([dose('2026-11-30', 72_000), dose('2026-11-30', 28_800), dose('2026-12-01', 28_800)]);
  expect(grid.slots).toEqual([28_800, 72_000]);
  expect(grid.rows.map((row) => row.localDate)).toEqual(['2026-12-01', '2026-11-30']);
  expect(grid.rows.map((row) => row.cells.map((cell) => cell?.state ?? null))).toEqual([
    ['taken', null],
    ['taken', 'taken'],
  ]);
});

test('of several in one slot the last given is shown', () => {
  const { rows } = doseGrid([dose('2026-12-01', 28_800, 'cancelled'), dose('2026-12-01', 28_800, 'missed')]);
  expect(rows[0]?.cells).toHaveLength(1);
  expect(rows[0]?.cells[0]?.state).toBe('missed');
});

test('no doses, no grid', () => {
  expect(doseGrid([])).toEqual({ slots: [], rows: [] });
});
