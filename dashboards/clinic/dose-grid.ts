import type { GridDose } from '#src/store/clinic.ts';

/** One prescription's doses: a row per local date (newest first), a column per time of day. */
export interface DoseGrid {
  /** Seconds of the local day, in order. */
  slots: number[];
  rows: { localDate: string; cells: (GridDose | null)[] }[];
}

/** Lays doses out by day and time. Of several in one slot, the last given is shown. */
export function doseGrid(doses: GridDose[]): DoseGrid {
  const slots = [...new Set(doses.map((dose) => dose.slot))].sort((a, b) => a - b);
  const days = [...Map.groupBy(doses, (dose) => dose.localDate)].sort(([a], [b]) => (a < b ? 1 : -1));
  const rows = days.map(([localDate, ofDay]) => {
    const bySlot = new Map(ofDay.map((dose) => [dose.slot, dose]));
    return { localDate, cells: slots.map((slot) => bySlot.get(slot) ?? null) };
  });
  return { slots, rows };
}
