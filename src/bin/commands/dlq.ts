import { parseArgs } from 'node:util';
import { drop, redrive } from '../../dispatch/quarantine-redrive.ts';
import { isId } from '../../domain/ids.ts';
import { Refusal } from '../../domain/refusal.ts';
import { DEAD_LETTER_STATES, type DeadLetter, listDeadLetters, readDeadLetter } from '../../store/dead-letter-reads.ts';
import type { Pool } from '../../store/pool.ts';
import { serverTime } from '../../store/server-time.ts';
import { readTenant } from '../../store/tenants.ts';
import { transaction } from '../../store/transaction.ts';
import { type Command, UsageError } from './command.ts';
import { withDatabase } from './database.ts';

const OPTIONS = {
  tenant: { type: 'string' },
  state: { type: 'string' },
  all: { type: 'boolean', default: false },
} as const;

interface Asked {
  ids: string[];
  tenant?: string | undefined;
  state?: string | undefined;
  all: boolean;
}

const LIVE = ['failing', 'quarantined'] as const;
const PAGE = 500;

const ACTIONS: Record<string, (sql: Pool, asked: Asked) => Promise<number>> = {
  list,
  show,
  redrive: (sql, asked) => actOnEach(sql, asked, redrive),
  drop: (sql, asked) => actOnEach(sql, asked, drop),
};

export const dlqCommand: Command = {
  summary: 'list, redrive or drop doses and messages that were set aside',
  help: `dosebell dlq list [--tenant NAME] [--state STATE]
dosebell dlq show ID…
dosebell dlq redrive ID… | --all --tenant NAME
dosebell dlq drop ID… | --all --tenant NAME
Dead letters: doses and messages that failed on their own account and were set aside (docs/dead-letters.md). Each is printed
as one JSON object a line. Environment: DATABASE_URL.

  list          those that are failing or quarantined, or in --state: ${DEAD_LETTER_STATES.join(', ')}
  show          each of these, with what became of its dose
  redrive       tries each again: a dose while its window is open, a message while it is useful and wanted. Mend the cause first
  drop          gives each up: a message is not sent; a dose gets its outcome at its window's end
  --tenant NAME only this tenant's
  --all         every quarantined one of the tenant

What is refused is told on stderr, one line each, and the others go on. Doing it twice changes nothing more.
Exit code: 0; 1 when something was refused or is not there; 2 when the command line is not understood.`,
  async run(args) {
    const { positionals, values } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
    const [name = '', ...ids] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined) throw new UsageError(`dlq needs one of ${Object.keys(ACTIONS).join(', ')}`);
    const asked = { ids, ...values };
    checkUsage(name, asked);
    return withDatabase((sql) => action(sql, asked));
  },
};

function checkUsage(name: string, { ids, tenant, state, all }: Asked): void {
  const wrong = ids.find((id) => !isId(id));
  if (wrong !== undefined) throw new UsageError(`"${wrong}" is not the id of a dead letter`);
  if (state !== undefined && !(DEAD_LETTER_STATES as readonly string[]).includes(state))
    throw new UsageError(`--state must be one of ${DEAD_LETTER_STATES.join(', ')}`);
  if (name === 'list' ? ids.length > 0 || all : state !== undefined)
    throw new UsageError(name === 'list' ? 'dlq list takes no ID and no --all' : '--state is for dlq list');
  if (all && (tenant === undefined || ids.length > 0 || name === 'show'))
    throw new UsageError('--all needs --tenant NAME, no ID, and redrive or drop');
  if (name !== 'list' && !all && ids.length === 0) throw new UsageError(`dlq ${name} needs an ID`);
}

async function list(sql: Pool, asked: Asked): Promise<number> {
  const states = DEAD_LETTER_STATES.filter((state) =>
    asked.state === undefined ? (LIVE as readonly string[]).includes(state) : state === asked.state,
  );
  for await (const letter of pagesOf(sql, { tenantId: await tenantOf(sql, asked), states }))
    console.log(JSON.stringify(letter));
  return 0;
}

async function show(sql: Pool, asked: Asked): Promise<number> {
  const tenantId = await tenantOf(sql, asked);
  let missing = 0;
  for (const id of asked.ids) {
    const letter = await readDeadLetter(sql, { id, tenantId });
    if (letter !== null) console.log(JSON.stringify(letter));
    else {
      missing += 1;
      console.error(`dosebell: there is no dead letter ${id}`);
    }
  }
  return missing === 0 ? 0 : 1;
}

async function actOnEach(sql: Pool, asked: Asked, act: typeof redrive): Promise<number> {
  const tenantId = await tenantOf(sql, asked);
  let refused = 0;
  for await (const id of asked.all ? idsOf(sql, tenantId) : asked.ids) {
    const now = new Date(await serverTime(sql));
    try {
      console.log(JSON.stringify(await transaction(sql, (tx) => act(tx, { id, tenantId }, now))));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused += 1;
      console.error(`dosebell: ${id}: ${error.message}: it ${error.errors.map(({ detail }) => detail).join('; ')}`);
    }
  }
  return refused === 0 ? 0 : 1;
}

async function* idsOf(sql: Pool, tenantId: string | null): AsyncGenerator<string> {
  for await (const { id } of pagesOf(sql, { tenantId, states: ['quarantined'] })) yield id;
}

async function* pagesOf(
  sql: Pool,
  want: Pick<Parameters<typeof listDeadLetters>[1], 'tenantId' | 'states'>,
): AsyncGenerator<DeadLetter> {
  for (let after: string | null = null; ; ) {
    const page: DeadLetter[] = await listDeadLetters(sql, { ...want, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return;
    after = last.id;
  }
}

/** Null: of all tenants. */
async function tenantOf(sql: Pool, { tenant }: Asked): Promise<string | null> {
  if (tenant === undefined) return null;
  const found = await readTenant(sql, tenant);
  if (found === null) throw new Error(`there is no tenant "${tenant}"`);
  return found.tenantId;
}
