import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { Books } from './books.ts';
import { Caller } from './caller.ts';
import { control } from './control.ts';
import { createServiceAccountKeys, createTlsIdentity, PROJECT_ID, writeClientFiles } from './credentials.ts';
import { FaultBook } from './faults.ts';
import { FcmServer } from './fcm.ts';
import { Ledger } from './ledger.ts';
import { TokenService, tokenRoute } from './oauth.ts';
import { Outbox } from './outbox.ts';
import { Patients } from './patients.ts';
import { problemNotFound, problemOfError } from './problem.ts';
import { SmtpProvider } from './smtp.ts';
import { TwilioAccount, type TwilioIdentity } from './twilio-account.ts';
import { twilioRest } from './twilio-rest.ts';

/** Twilio identity played when none is given: of no value anywhere else. */
export const SIMULATED_TWILIO: TwilioIdentity = {
  accountSid: 'ACd05ebe11d05ebe11d05ebe11d05ebe11',
  authToken: 'simulator-auth-token',
  from: '+15005550006',
};

/** Ports default to free ones; `host` is listened on, `advertise` is the name that clients are told to use. */
export interface SimulatorOptions {
  host?: string;
  advertise?: string;
  httpPort?: number;
  fcmPort?: number;
  smtpPort?: number;
  dir?: string;
  publicUrl?: string;
  twilio?: Partial<TwilioIdentity>;
  seed?: number;
}

/** Where the simulator answers, and the files and identity its clients need: what a service is configured with. */
export interface SimulatorAddress {
  http: string;
  fcm: string;
  smtp: string;
  caFile: string;
  serviceAccount: string;
  twilio: TwilioIdentity;
}

/** A running simulator: its address, its books to read, its faults and patients to order. */
export interface Simulator extends SimulatorAddress {
  ledger: Ledger;
  outbox: Outbox;
  faults: FaultBook;
  patients: Patients;
  setPublicUrl(url: string): void;
  close(): Promise<void>;
}

/** Starts the three providers and the control port. Rejects when a port is taken, leaving nothing open. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', httpPort = 0, fcmPort = 0, smtpPort = 0 } = options;
  const advertise = options.advertise ?? (host === '0.0.0.0' ? '127.0.0.1' : host);
  let publicUrl = options.publicUrl === undefined ? null : trimSlash(options.publicUrl);
  const setPublicUrl = (url: string) => {
    publicUrl = trimSlash(url);
  };

  const caller = new Caller();
  const account = new TwilioAccount({
    ...SIMULATED_TWILIO,
    ...options.twilio,
    caller,
    publicUrl: () => publicUrl,
  });
  const patients = new Patients({
    caller,
    publicUrl: () => publicUrl,
    smsReply: (reply) => account.inbound(reply),
  });
  const books = new Books({
    ledger: new Ledger(),
    outbox: new Outbox(),
    faults: new FaultBook(options.seed),
    patients,
  });

  const [tls, keys] = await Promise.all([createTlsIdentity(advertise), createServiceAccountKeys()]);
  let http = '';
  const tokens = new TokenService({ publicKey: keys.publicKey, tokenUri: () => `${http}/token` });
  const open: (() => Promise<void>)[] = [];
  const close = async () => {
    patients.clear();
    account.clear();
    for (const stop of open.splice(0).reverse()) await stop();
    caller.close();
  };
  const started = async (port: Promise<number>, stop: () => Promise<void>) => {
    const listening = await port;
    open.push(stop);
    return `${advertise}:${listening}`;
  };

  try {
    const app = createApp({ books, account, tokens, setPublicUrl });
    const fcm = new FcmServer({ books, tokens, projectId: PROJECT_ID, ...tls });
    const smtp = new SmtpProvider(books);
    http = `http://${await started(listenHttp(app, httpPort, host), () => app.close())}`;
    const fcmUrl = `https://${await started(fcm.listen(fcmPort, host), () => fcm.close())}`;
    const smtpUrl = `smtp://${await started(smtp.listen(smtpPort, host), () => smtp.close())}`;
    const dir = options.dir ?? (await mkdtemp(path.join(tmpdir(), 'provider-simulator-')));
    const files = await writeClientFiles(dir, { ...tls, ...keys, tokenUri: `${http}/token` });
    const address = { http, fcm: fcmUrl, smtp: smtpUrl, ...files, twilio: account.identity };
    const { ledger, outbox, faults } = books;
    return { ...address, ledger, outbox, faults, patients, setPublicUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface AppParts {
  books: Books;
  account: TwilioAccount;
  tokens: TokenService;
  setPublicUrl: (url: string) => void;
}

/** The plain HTTP port: Twilio's REST API, Google's token endpoint and the control doors. */
function createApp({ books, account, tokens, setPublicUrl }: AppParts): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: problemOfError,
  });
  app.setErrorHandler(problemOfError);
  app.setNotFoundHandler(problemNotFound);
  app.register(twilioRest, { prefix: '/2010-04-01', books, account });
  app.register(tokenRoute, { tokens });
  app.register(control, { books, account, setPublicUrl });
  return app;
}

async function listenHttp(app: FastifyInstance, port: number, host: string): Promise<number> {
  await app.listen({ port, host });
  return (app.server.address() as AddressInfo).port;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
