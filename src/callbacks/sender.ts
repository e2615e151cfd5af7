import type { App } from '../app.ts';
import { plusSeconds } from '../clock.ts';
import { failpoint } from '../failpoints.ts';
import { disableEndpoints } from '../store/callback-endpoints.ts';
import {
  type CallbackOutcome,
  claimCallbacks,
  type DueCallback,
  type EndpointHealth,
  noteHealth,
  settleCallbacks,
} from '../store/callback-sending.ts';
import { transaction } from '../store/transaction.ts';
import { openPoster } from './post.ts';
import { type Answer, afterTry } from './retry.ts';
import { signedHeaders } from './signature.ts';

/** Under way at once in one process; of one endpoint. So a few that hang take a share, and never all. */
const AT_ONCE = 64;
const PER_ENDPOINT = 8;
/** Longer than a try takes, with the writing of what became of it. */
const LEASE_SECONDS = 30;
/** An endpoint at which nothing arrived for this long is disabled, in seconds. */
const PATIENCE_SECONDS = 5 * 86_400;

interface Finished {
  outcome: CallbackOutcome;
  endpointId: string;
  heldUntil: Date | null;
  gone: boolean;
}

/** Sends what is due. */
export interface CallbackSender {
  /** Writes what has come back, takes what may leave now, and waits for the next answer, `tickMs` at most. Whether there is more to do. */
  pass(): Promise<boolean>;
  /** Waits for what is under way, and writes what became of it. */
  close(): Promise<void>;
}

/** Opens a sender: requests are made outside of any transaction, and one that is slow holds up nobody but its endpoint. */
export function openSender(app: App): CallbackSender {
  const poster = openPoster(app.config.callbacks.allowPrivate);
  const underWay = new Map<Promise<void>, DueCallback>();
  const finished: Finished[] = [];

  async function pass(): Promise<boolean> {
    await settle();
    const now = app.clock.now();
    const due = await claimCallbacks(app.sql, {
      now,
      leaseUntil: plusSeconds(now, LEASE_SECONDS),
      limit: AT_ONCE - underWay.size,
      perEndpoint: PER_ENDPOINT,
      busy: countBy([...underWay.values()].map(({ endpointId }) => endpointId)),
    });
    for (const callback of due) {
      const trying = attempt(callback).finally(() => underWay.delete(trying));
      underWay.set(trying, callback);
    }
    if (underWay.size > 0) await firstOf([...underWay.keys()], app.config.schedule.tickMs);
    return underWay.size > 0 || finished.length > 0;
  }

  async function attempt(callback: DueCallback): Promise<void> {
    const { id, endpointId, tries } = callback;
    const answer = await tell(callback).catch((error: Error & { code?: string }): Answer => {
      app.log.info({ endpoint: endpointId, code: error.code ?? error.name }, 'no answer to a callback');
      return { status: null, retryAfter: null };
    });
    failpoint('told');
    const { gone, heldUntil, state, nextAt } = afterTry(answer, { tries, now: app.clock.now(), random: Math.random() });
    finished.push({ endpointId, gone, heldUntil, outcome: { id, tries, state, status: answer.status, nextAt } });
    const outcome = state === 'pending' ? 'retried' : state;
    app.metrics.callbacks.inc({ outcome });
    if (outcome !== 'delivered')
      app.log.info({ endpoint: endpointId, status: answer.status, outcome }, 'callback refused');
  }

  async function tell({ id, body, url, secrets }: DueCallback): Promise<Answer> {
    const opened = secrets.map((secret) => app.cipher.open(secret));
    return poster.post(app.cipher.open(url), signedHeaders(opened, { id, body, at: app.clock.now() }), body);
  }

  /** What cannot be written now is kept, and written by the next pass. */
  async function settle(): Promise<void> {
    const batch = [...finished];
    if (batch.length === 0) return;
    const now = app.clock.now();
    const disabled = await transaction(app.sql, async (tx) => {
      await settleCallbacks(
        tx,
        batch.map(({ outcome }) => outcome),
      );
      const failing = await noteHealth(tx, healthOf(batch), {
        now,
        failingBefore: plusSeconds(now, -PATIENCE_SECONDS),
      });
      const gone = batch.filter((each) => each.gone).map(({ endpointId }) => endpointId);
      return disableEndpoints(tx, [...new Set([...failing, ...gone])], now);
    });
    finished.splice(0, batch.length);
    if (disabled > 0) app.log.warn({ disabled }, 'callback endpoints were disabled');
  }

  return {
    pass,
    async close() {
      await Promise.all(underWay.keys());
      await settle();
      poster.close();
    },
  };
}

/** Of answers that came together: one that arrived proves the endpoint well, and the longest wish to be left alone counts. */
function healthOf(batch: Finished[]): EndpointHealth[] {
  return [...Map.groupBy(batch, ({ endpointId }) => endpointId)].map(([id, all]) => {
    const holds = all.flatMap(({ heldUntil }) => heldUntil?.getTime() ?? []);
    return {
      id,
      arrived: all.some(({ outcome }) => outcome.state === 'delivered'),
      heldUntil: holds.length === 0 ? null : new Date(Math.max(...holds)),
    };
  });
}

function countBy(names: string[]): Map<string, number> {
  return new Map([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
}

async function firstOf(promises: Promise<void>[], mostMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tick = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostMs);
  });
  await Promise.race([tick, ...promises]);
  clearTimeout(timer);
}
