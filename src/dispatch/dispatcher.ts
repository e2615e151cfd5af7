import type { Channel } from '#channels/channel.ts';
import { createChannels } from '#channels/registry.ts';
import { type App, closeApp, openApp } from '../app.ts';
import type { Config } from '../config.ts';
import type { ChannelName } from '../domain/attempt.ts';
import { openQueues, type Queues } from './queues.ts';

/** The context of a process that sends: the app, its queues and its channels. */
export interface Dispatcher extends App {
  queues: Queues;
  channels: Map<ChannelName, Channel>;
}

export async function openDispatcher(process: string, config: Config): Promise<Dispatcher> {
  const app = await openApp(process, config);
  const channels = createChannels({
    push: config.push,
    sms: config.sms,
    email: config.email,
    publicUrl: config.http.publicUrl,
  });
  return { ...app, queues: await openQueues(config.redisUrl), channels };
}

export async function closeDispatcher(app: Dispatcher): Promise<void> {
  await Promise.all([...app.channels.values()].map((channel) => channel.close()));
  await app.queues.close();
  await closeApp(app);
}
