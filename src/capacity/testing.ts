import { CHANNELS } from '../domain/attempt.ts';
import type { Capacity } from './senders.ts';

/** Every message counts for one unit, on any channel. */
export const ONE_EACH = Object.fromEntries(
  CHANNELS.map((channel) => [channel, { patient: 1, caregiver: 1 }]),
) as Capacity['units'];
