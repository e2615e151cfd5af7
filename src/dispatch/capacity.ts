import type { Channel } from '#channels/channel.ts';
import { closeChannels, createChannels } from '#channels/registry.ts';
import type { App } from '../app.ts';
import { type Forecast, forecastOf } from '../capacity/forecast.ts';
import type { Capacity } from '../capacity/senders.ts';
import { CHANNELS, type ChannelName } from '../domain/attempt.ts';
import { LANGUAGES } from '../domain/language.ts';
import { dueByMinute } from '../store/forecast.ts';
import { sampleMessage } from './messages/sample.ts';
import { HORIZON_HOURS } from './plan.ts';

/** A forecast reaches this many hours after the current one: as far as all doses are planned. */
export const MOST_FORECAST_HOURS = HORIZON_HOURS - 1;

/** The capacity that the settings give, without sending anything. Throws when a provider's settings cannot work. */
export async function readCapacity(app: App): Promise<Capacity> {
  const channels = createChannels(app.config);
  try {
    return capacityOf(app, channels);
  } finally {
    await closeChannels(channels);
  }
}

/** What these senders pass, and what the shipped texts count for there: measured on samples, the longest language. */
export function capacityOf(app: App, channels: Map<ChannelName, Channel[]>): Capacity {
  const senders = [...channels.values()].flat();
  const units = (name: ChannelName, purpose: 'reminder' | 'caregiver') => {
    const samples = LANGUAGES.map((locale) => sampleMessage(app, { channel: name, purpose, locale }));
    const counts = (channels.get(name) ?? []).flatMap((channel) => samples.map((message) => channel.units(message)));
    return Math.max(1, ...counts);
  };
  return {
    senders: senders.map(({ name: channel, provider, sender, weight, perSecond }) => ({
      channel,
      provider,
      sender,
      weight,
      perSecond,
    })),
    units: Object.fromEntries(
      CHANNELS.map((name) => [name, { patient: units(name, 'reminder'), caregiver: units(name, 'caregiver') }]),
    ) as Capacity['units'],
  };
}

/** Load against capacity in the rest of this hour and the `hours` after it (UTC). */
export async function readForecast(app: App, capacity: Capacity, hours: number): Promise<Forecast> {
  const now = app.clock.now().getTime();
  const from = Math.floor(now / 60_000);
  const to = (Math.floor(from / 60) + hours + 1) * 60;
  const due = await dueByMinute(app.sql, {
    shards: app.config.schedule.shards,
    from: new Date(from * 60_000),
    to: new Date(to * 60_000),
  });
  return forecastOf(due, capacity, { from, to });
}
