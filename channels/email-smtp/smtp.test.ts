import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Channel, OutboundMessage } from '#channels/channel.ts';
import { uuidv7 } from '#src/domain/ids.ts';
import { createSmtpChannel } from './index.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What a server says to each command; a function acts on the connection instead. */
type Script = Record<string, string | ((socket: Socket) => void)>;

const WILLING: Script = {
  GREETING: '220 hi',
  EHLO: '250 me',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go',
  '.': '250 took it',
};

/** A real SMTP conversation, word by word, and a channel that talks to it. */
async function converse(script: Script, timeoutMs = 10_000, user = ''): Promise<Channel> {
  const says = { ...WILLING, ...script };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let inData = false;
    let rest = '';
    const answer = (command: string) => {
      const act = says[command] ?? '250 ok';
      if (typeof act === 'function') return act(socket);
      inData = act.startsWith('354');
      socket.write(`${act}\r\n`);
    };
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const lines = (rest + chunk).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!inData) answer(line.split(/[ :]/)[0] as string);
        else if (line === '.') {
          inData = false;
          answer('.');
        }
      }
    });
    answer('GREETING');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const channel = createSmtpChannel({
    url: `smtp://${user}127.0.0.1:${port}`,
    from: 'care@clinic.example',
    perSecond: 100,
    timeoutMs,
  });
  closing.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
    () => channel.close(),
  );
  return channel;
}

const gone = (socket: Socket) => socket.destroy();

function message(to = 'ana@example.org'): OutboundMessage {
  const createdAt = new Date();
  return {
    attemptId: uuidv7(createdAt),
    doseId: uuidv7(createdAt),
    purpose: 'reminder',
    language: 'es' as const,
    time: '08:00',
    inSession: false,
    to,
    subject: 'Es hora',
    text: 'Es la hora',
    expiresAt: new Date(createdAt.getTime() + 60_000),
    createdAt,
  };
}

describe('a real conversation', () => {
  test.each([
    ['all is well', {}, 'accepted'],
    ['the mailbox is unknown', { RCPT: '550 5.1.1 no such user' }, 'contact_failed'],
    ['relaying is denied', { RCPT: '550 5.7.1 relaying denied' }, 'message_failed'],
    ['greylisted', { RCPT: '450 4.2.0 later' }, 'retry'],
    ['the sender is refused', { MAIL: '553 5.1.8 no' }, 'message_failed'],
    ['refused at the final dot', { '.': '554 5.6.0 no' }, 'message_failed'],
    ['put off at the final dot', { '.': '451 4.3.0 later' }, 'retry'],
    ['no service in the greeting', { GREETING: '554 no service' }, 'retry'],
    ['busy in the greeting', { GREETING: '421 4.3.2 busy' }, 'retry'],
    ['refused, and gone before the session was reset', { RCPT: '550 5.1.1 no', RSET: gone }, 'contact_failed'],
    ['refused, and the reset too', { RCPT: '550 5.1.1 no', RSET: '500 what' }, 'contact_failed'],
    ['closed before the greeting', { GREETING: (socket: Socket) => socket.end() }, 'retry'],
    ['closing instead of an answer', { MAIL: '421 4.3.2 bye' }, 'retry'],
    ['lost after the final dot', { '.': (socket: Socket) => socket.destroy() }, 'unknown'],
    ['ended after the final dot', { '.': (socket: Socket) => socket.end() }, 'unknown'],
  ] as [string, Script, string][])('%s', async (_, script, kind) => {
    const channel = await converse(script);
    expect(await channel.send([message()])).toMatchObject([{ kind }]);
  });

  test.each([
    ['no greeting', { GREETING: () => undefined }, 'retry'],
    ['silence after the greeting', { EHLO: () => undefined }, 'retry'],
    ['silence after the final dot', { '.': () => undefined }, 'unknown'],
    ['refused, and silence instead of a reset', { RCPT: '550 5.1.1 no', RSET: () => undefined }, 'contact_failed'],
  ] as [string, Script, string][])('%s', async (_, script, kind) => {
    const channel = await converse(script, 150);
    expect(await channel.send([message()])).toMatchObject([{ kind }]);
  });

  test('sessions that broke after a refusal are replaced: the eleventh message has its turn', async () => {
    let refusals = 0;
    const channel = await converse({
      RCPT: (socket) => socket.write(refusals++ < 10 ? '550 5.1.1 no\r\n' : '250 ok\r\n'),
      RSET: gone,
    });
    const outcomes = await channel.send(Array.from({ length: 11 }, () => message()));
    expect(outcomes.filter(({ kind }) => kind === 'contact_failed')).toHaveLength(10);
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  });

  test('a login that is refused or never answered leaves no connection behind', async () => {
    for (const auth of ['535 5.7.8 no', gone]) {
      const open = new Set<Socket>();
      const ehlo = (socket: Socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.write('250-me\r\n250 AUTH PLAIN\r\n');
      };
      const channel = await converse({ EHLO: ehlo, AUTH: auth }, 10_000, 'user:secret@');
      expect(await channel.send([message(), message()])).toMatchObject([{ kind: 'retry' }, { kind: 'retry' }]);
      await vi.waitFor(() => expect(open.size).toBe(0));
    }
  });

  test('a server that answers byte by byte does not hold a message for ever', async () => {
    const trickle = (socket: Socket) => {
      const timer = setInterval(() => socket.write('250-wait\r\n'), 40);
      socket.on('close', () => clearInterval(timer));
    };
    const channel = await converse({ '.': trickle }, 150);
    expect(await channel.send([message()])).toMatchObject([{ kind: 'unknown' }]);
  });

  test('a kept connection that died unused is replaced', async () => {
    const connections: Socket[] = [];
    const channel = await converse({
      '.': (socket) => {
        connections.push(socket);
        socket.write('250 ok\r\n');
      },
    });
    expect(await channel.send([message()])).toMatchObject([{ kind: 'accepted' }]);
    connections[0]?.destroy();
    expect(await channel.send([message()])).toMatchObject([{ kind: 'accepted' }]);
    expect(new Set(connections).size).toBe(2);
  });

  test.each(['', 'nobody', 'a@x.example, b@y.example', 'a@x.example\r\nRCPT TO:<b@y.example>'])(
    'never sends to what is not one address: %j',
    async (to) => {
      const recipients: Socket[] = [];
      const channel = await converse({
        RCPT: (socket) => {
          recipients.push(socket);
          socket.write('550 5.1.3 no\r\n');
        },
      });
      expect(await channel.send([message(to)])).toMatchObject([{ kind: 'contact_failed' }]);
      expect(recipients.length).toBeLessThanOrEqual(1);
    },
  );
});

test.each(['', 'Clinic', 'Clinic <care>'])('a sender without an address stops the start: %j', (from) => {
  expect(() => createSmtpChannel({ url: 'smtp://127.0.0.1:25', from, perSecond: 100 })).toThrow('address');
});
