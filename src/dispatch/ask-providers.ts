import { bounded } from '#channels/bounded.ts';
import { accountOf } from '#channels/channel.ts';
import { closeChannels, createChannels } from '#channels/registry.ts';
import type { App } from '../app.ts';
import type { ChannelName, Outcome } from '../domain/attempt.ts';
import { type AccountScope, type AskableMessage, askableMessages } from '../store/ledger.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type MessageToSend, readMessages } from './messages/read.ts';
import { render } from './messages/render.ts';

/** Asked at once. */
const LOOK_UPS = 10;

type Found = 'accepted' | 'failed' | 'absent';

/** What we say against what the provider says, where that is a contradiction; a message still `unknown` claims nothing. */
const DISAGREEMENTS: Record<AskableMessage['state'], Partial<Record<Found, string>>> = {
  accepted: { absent: 'accepted here, unknown to the provider', failed: 'accepted here, failed at the provider' },
  delivered: { absent: 'delivered here, unknown to the provider', failed: 'delivered here, failed at the provider' },
  failed: { accepted: 'failed here, accepted by the provider' },
  unknown: { accepted: 'unknown here, accepted by the provider' },
};

interface Disagreement {
  tenantId: string;
  attemptId: string;
  doseId: string;
  channel: ChannelName;
  what: string;
}

export interface Asked {
  asked: number;
  /** The provider gave no answer, or the message cannot be read any more. */
  unanswered: number;
  disagreements: Disagreement[];
}

/**
 * Holds our messages about the doses of a scope against their providers' own records, the newest `most`, where the provider can
 * be asked. Only looks up: sends nothing and writes nothing.
 */
export async function askProviders(
  app: App & Pick<Dispatcher, 'channels'>,
  scope: AccountScope,
  most: number,
): Promise<Asked> {
  const senders = [...app.channels.values()].flat().filter((sender) => sender.lookup !== undefined);
  const messages = await askableMessages(app.sql, scope, { accounts: senders.map(accountOf), limit: most });
  const inTurn = bounded(LOOK_UPS);
  const result: Asked = { asked: 0, unanswered: 0, disagreements: [] };
  const askOne = async (attempt: MessageToSend, { tenantId, doseId, state }: AskableMessage) => {
    const message = render(app, attempt);
    const sender = senders.find((each) => accountOf(each) === attempt.account);
    const found = message === null ? undefined : foundAs(await sender?.lookup?.(message));
    result.asked += 1;
    if (found === undefined) {
      result.unanswered += 1;
      return;
    }
    const what = DISAGREEMENTS[state][found];
    const { id: attemptId, channel } = attempt;
    if (what !== undefined) result.disagreements.push({ tenantId, attemptId, doseId, channel, what });
  };
  for (const [state, some] of Map.groupBy(messages, (message) => message.state)) {
    const byId = new Map(some.map((message) => [message.id, message]));
    const attempts = await readMessages(app, { ids: [...byId.keys()] }, state);
    await Promise.all(attempts.map((attempt) => inTurn(() => askOne(attempt, byId.get(attempt.id) as AskableMessage))));
  }
  return result;
}

/** Runs `work` with the providers that the settings name, opened for look-ups. Throws when their settings cannot work. */
export async function withProviders<T>(
  app: App,
  work: (app: App & Pick<Dispatcher, 'channels'>) => Promise<T>,
): Promise<T> {
  const channels = createChannels(app.config);
  try {
    return await work({ ...app, channels });
  } finally {
    await closeChannels(channels);
  }
}

/** Undefined: the provider could not say. */
function foundAs(outcome: Outcome | null | undefined): Found | undefined {
  if (outcome === null) return 'absent';
  if (outcome?.kind === 'accepted') return 'accepted';
  if (outcome?.kind === 'contact_failed' || outcome?.kind === 'message_failed') return 'failed';
  return undefined;
}
