import type { Redis } from 'ioredis';
import type { Channel } from '#channels/channel.ts';
import { closeChannels, createChannels } from '#channels/registry.ts';
import { type App, closeApp, openApp } from '../app.ts';
import type { Config } from '../config.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { openFailingFast } from '../redis/connection.ts';
import { type Health, openHealth } from './health.ts';
import { type Limits, openLimits } from './limits.ts';
import { openQueues, type Queues } from './queues.ts';
import { Turns } from './turns.ts';

/** The context of a process that sends: the app, its queues and its channels. */
export interface Dispatcher extends App {
  redis: Redis;
  queues: Queues;
  /** Every sender, by its channel. */
  channels: Map<ChannelName, Channel[]>;
  limits: Limits;
  health: Health;
  turns: Turns;
}

/**
 * A chunk takes three statements. More connections than keep a process busy cost PostgreSQL a tenth more for each message:
 * each of its processes comes to every statement with a cold cache (bench:rush, 2 cores, 4 instead of 10).
 */
const CONNECTIONS = 4;

export async function openDispatcher(process: string, config: Config): Promise<Dispatcher> {
  const app = await openApp(process, config, { connections: CONNECTIONS });
  const channels = createChannels(config, () => app.clock.now());
  const redis = openFailingFast(config.redisUrl);
  const queues = await openQueues(redis);
  return {
    ...app,
    redis,
    queues,
    channels,
    limits: openLimits(app, redis),
    health: openHealth(app, redis),
    turns: new Turns(),
  };
}

export async function closeDispatcher(app: Dispatcher): Promise<void> {
  await closeChannels(app.channels);
  await app.queues.close();
  app.redis.disconnect();
  await closeApp(app);
}
