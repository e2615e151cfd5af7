import type { App } from '#src/app.ts';
import { headlines } from '#src/capacity/forecast.ts';
import type { Capacity } from '#src/capacity/senders.ts';
import { capacityOf, readForecast } from '#src/dispatch/capacity.ts';
import type { Dispatcher } from '#src/dispatch/dispatcher.ts';
import { type Stoppable, startLoop } from './loop.ts';

const EVERY_MS = 3_600_000;
const HOURS = 24;

/** Sets the gauges of the next 24 hours, and says in one line a channel what cannot be sent in time. */
export async function forecastPass(app: App, capacity: Capacity): Promise<boolean> {
  const { forecastRatio, forecastLate } = app.metrics;
  const { hours, overloads } = await readForecast(app, capacity, HOURS);
  const worst = new Map(headlines(hours).map((row) => [`${row.channel} ${row.provider}`, row]));
  for (const { channel, provider } of capacity.senders) {
    const { ratio = 0, lateSeconds = 0 } = worst.get(`${channel} ${provider}`) ?? {};
    forecastRatio.set({ channel, provider }, ratio);
    forecastLate.set({ channel, provider }, lateSeconds);
  }
  for (const { channel, minute, why } of overloads)
    app.log.warn({ channel, minute, why }, 'more is planned than can be sent in time');
  return false;
}

/** Looks a day ahead every hour: plans change all day, and an hour is soon enough to find another number. */
export function startForecast(app: Dispatcher): Stoppable {
  const capacity = capacityOf(app, app.channels);
  return startLoop(app, { name: 'forecast', everyMs: EVERY_MS, pass: () => forecastPass(app, capacity) });
}
