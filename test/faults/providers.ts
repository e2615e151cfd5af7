import { setTimeout as sleep } from 'node:timers/promises';
import { simulatorClient } from '#loadtests/story/clients.ts';
import type { LedgerLine } from './books.ts';
import type { World } from './fault.ts';

const LOOK_MS = 100;

/** The provider simulator of a run, as one world sees it. */
export interface Providers {
  control: World['simulator'];
  accepted: World['accepted'];
  ledger(): Promise<LedgerLine[]>;
}

/** Empties the simulator at `url` of what another world left, and tells it where the service answers. */
export async function openProviders(url: string, publicUrl: string): Promise<Providers> {
  const send = async (method: 'PUT' | 'DELETE', path: string, body?: object) => {
    const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, ...json });
    if (!response.ok) throw new Error(`simulator: ${method} ${path} answered ${response.status}`);
  };
  await send('DELETE', '/state');
  await send('PUT', '/public-url', { url: publicUrl });
  const simulator = simulatorClient(url);
  const acceptedSoFar = async () => {
    const { callbacks: _, ...counts } = await simulator.json<Record<string, { accepted: number }>>('/ledger/summary');
    return Object.values(counts).reduce((sum, { accepted }) => sum + accepted, 0);
  };
  return {
    control: {
      order: async (order) => void (await simulator.order('/faults', order)),
      clear: () => send('DELETE', '/faults'),
    },
    async accepted(count, seconds = 60) {
      for (const end = Date.now() + seconds * 1000; ; await sleep(LOOK_MS)) {
        const soFar = await acceptedSoFar();
        if (soFar >= count || Date.now() > end) return soFar;
      }
    },
    ledger: () => simulator.ledger<LedgerLine>(),
  };
}
