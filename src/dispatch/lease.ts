import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';

/** How long a chunk is ours, as far as this process can tell by itself: it may have been stopped, and nobody tells it. */
export interface Lease {
  readonly until: Date;
  /** Whether others may have taken the chunk over. To be asked right before anything leaves. */
  isOver(): boolean;
}

/** The part of a lease after which its holder starts nothing more: others' clocks may be ahead by the rest. */
const SURE = 0.9;

/**
 * A lease that begins now. It is over by either of two clocks: the steady one behind `clock` also counts while the process
 * is stopped, and the machine's wall clock also while the machine is suspended. A wall clock that is set wrong in between
 * costs time, and sends nothing twice.
 */
export function leaseFrom({ clock, config }: Pick<App, 'clock' | 'config'>): Lease {
  const { leaseSeconds } = config.schedule;
  const sureUntil = plusSeconds(clock.now(), leaseSeconds * SURE);
  const wallUntil = Date.now() + leaseSeconds * SURE * 1000;
  return {
    until: plusSeconds(clock.now(), leaseSeconds),
    isOver: () => clock.now() >= sureUntil || Date.now() >= wallUntil,
  };
}
