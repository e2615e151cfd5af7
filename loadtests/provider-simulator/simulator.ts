import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { Books } from './books.ts';
import { Caller } from './caller.ts';
import { control } from './control.ts';
import { createServiceAccountKeys, createTlsIdentity, PROJECT_ID, writeClientFiles } from './credentials.ts';
import { Door } from './door.ts';
import { FaultBook } from './faults.ts';
import { FcmServer } from './fcm.ts';
import { Ledger } from './ledger.ts';
import { TokenService, tokenRoute } from './oauth.ts';
import { Outbox } from './outbox.ts';
import { Patients } from './patients.ts';
import { problemNotFound, problemOfError } from './problem.ts';
import { GATEWAY_TOKEN, SmsGateway } from './sms-gateway.ts';
import { SMSC_ACCOUNT, Smsc } from './smsc.ts';
import { SmtpProvider } from './smtp.ts';
import { TwilioAccount, type TwilioIdentity, type Written } from './twilio-account.ts';
import { TwilioCalls } from './twilio-calls.ts';
import { twilioCallsRest } from './twilio-calls-rest.ts';
import { twilioRest } from './twilio-rest.ts';
import type { Provider } from './types.ts';
import { WebPushService } from './webpush.ts';

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
  webpushPort?: number;
  smtpPort?: number;
  twilioPort?: number;
  smsHttpPort?: number;
  smppPort?: number;
  dir?: string;
  publicUrl?: string;
  twilio?: Partial<TwilioIdentity>;
  seed?: number;
}

/** Where the simulator answers, and the files and identity its clients need: what a service is configured with. */
export interface SimulatorAddress {
  http: string;
  fcm: string;
  /** The origin of the push service that browsers' subscriptions point to. */
  webpush: string;
  smtp: string;
  caFile: string;
  serviceAccount: string;
  /** Twilio at a port of its own, which can be shut; the HTTP port carries it too. */
  twilio: TwilioIdentity & { baseUrl: string };
  /** Twilio at a port that is shut when its voice is down. */
  twilioVoice: string;
  /** The same for WhatsApp alone. */
  twilioWhatsapp: string;
  /** A JSON file with the ContentSids of the WhatsApp templates of the account. */
  whatsappTemplates: string;
  /** The HTTP SMS gateway, and the token it wants. */
  smsHttp: { url: string; token: string };
  /** With system id and password. */
  smpp: string;
}

/** A running simulator: its address, its books to read, its faults and patients to order. */
export interface Simulator extends SimulatorAddress {
  /** The address alone, for those who are told it. */
  address: SimulatorAddress;
  ledger: Ledger;
  outbox: Outbox;
  faults: FaultBook;
  patients: Patients;
  /** A real browser stands behind the simulated subscription `id`. */
  deliverTo(id: string, browser: (payload: string) => void): void;
  setPublicUrl(url: string): void;
  /** A person writes to one of Twilio's numbers; resolves to the service's HTTP status, 0 when it gave no answer. */
  write(message: Written): Promise<number>;
  close(): Promise<void>;
}

/** Starts the providers and the control port. Rejects when a port is taken, leaving nothing open. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1' } = options;
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
  const calls = new TwilioCalls(account.identity, caller);
  const patients = new Patients({ caller, publicUrl: () => publicUrl });
  const doors = new Map<Provider, Door>();
  const down = new Set<Provider>();
  const setDown = (provider: Provider, isDown: boolean) => {
    down[isDown ? 'add' : 'delete'](provider);
    doors.get(provider)?.[isDown ? 'shut' : 'reopen']();
  };
  const books = new Books({
    ledger: new Ledger(),
    outbox: new Outbox(),
    faults: new FaultBook(options.seed, setDown),
    patients,
  });

  const [tls, keys] = await Promise.all([createTlsIdentity(advertise), createServiceAccountKeys()]);
  let http = '';
  const tokens = new TokenService({ publicKey: keys.publicKey, tokenUri: () => `${http}/token` });
  const gateway = new SmsGateway({ books, caller });
  const smsc = new Smsc(books);
  const clearOthers = () => {
    calls.clear();
    gateway.clear();
    smsc.clear();
  };
  const open: (() => Promise<unknown>)[] = [];
  const close = async () => {
    patients.clear();
    account.clear();
    clearOthers();
    for (const stop of open.splice(0).reverse()) await stop();
    caller.close();
  };
  const isDown = (provider: Provider) => down.has(provider);
  const app = createApp({ books, account, calls, tokens, isDown, clearOthers, setPublicUrl });
  /** Opens a provider's port; resolves to its authority. */
  const listen = async (provider: Provider, server: Server, port = 0) => {
    const door = new Door(server);
    const listening = await door.listen(port, host);
    doors.set(provider, door);
    open.push(() => door.close());
    return `${advertise}:${listening}`;
  };

  try {
    const httpPort = await listenHttp(app, options.httpPort ?? 0, host);
    open.push(() => app.close());
    http = `http://${advertise}:${httpPort}`;
    let webpush = '';
    const pushService = new WebPushService({ books, ...tls, origin: () => webpush });
    webpush = `https://${await listen('webpush', pushService.server, options.webpushPort)}`;
    const fcm = new FcmServer({ books, tokens, projectId: PROJECT_ID, ...tls });
    const twilio = () => createServer((request, response) => app.routing(request, response));
    const { systemId, password } = SMSC_ACCOUNT;
    const ports = {
      http,
      fcm: `https://${await listen('fcm', fcm.server, options.fcmPort)}`,
      webpush,
      smtp: `smtp://${await listen('smtp', new SmtpProvider(books).server, options.smtpPort)}`,
      twilio: { ...account.identity, baseUrl: `http://${await listen('twilio', twilio(), options.twilioPort)}` },
      twilioVoice: `http://${await listen('twilio_voice', twilio())}`,
      twilioWhatsapp: `http://${await listen('twilio_whatsapp', twilio())}`,
      smsHttp: { url: `http://${await listen('sms_http', gateway.server, options.smsHttpPort)}`, token: GATEWAY_TOKEN },
      smpp: `smpp://${systemId}:${password}@${await listen('smpp', smsc.server, options.smppPort)}`,
    };
    const dir = options.dir ?? (await mkdtemp(path.join(tmpdir(), 'provider-simulator-')));
    const files = await writeClientFiles(dir, { ...tls, ...keys, tokenUri: `${http}/token` });
    const address: SimulatorAddress = { ...ports, ...files };
    const { ledger, outbox, faults } = books;
    const write = (message: Written) => account.inbound(message);
    const deliverTo = pushService.deliverTo.bind(pushService);
    return { ...address, address, ledger, outbox, faults, patients, deliverTo, setPublicUrl, write, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface AppParts {
  books: Books;
  account: TwilioAccount;
  calls: TwilioCalls;
  tokens: TokenService;
  isDown: (provider: Provider) => boolean;
  clearOthers: () => void;
  setPublicUrl: (url: string) => void;
}

/** The plain HTTP port: Twilio's REST API, Google's token endpoint and the control doors. */
function createApp({ books, account, calls, tokens, isDown, clearOthers, setPublicUrl }: AppParts): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    frameworkErrors: problemOfError,
  });
  app.setErrorHandler(problemOfError);
  app.setNotFoundHandler(problemNotFound);
  const base = '/2010-04-01';
  const isWhatsappDown = () => isDown('twilio_whatsapp');
  app.register(twilioRest, { prefix: base, books, account, isDown: () => isDown('twilio'), isWhatsappDown });
  const voiceDown = () => isDown('twilio') || isDown('twilio_voice');
  const { accountSid } = account.identity;
  app.register(twilioCallsRest, { prefix: `${base}/Accounts/${accountSid}`, books, account, calls, isDown: voiceDown });
  app.register(tokenRoute, { tokens });
  app.register(control, { books, account, clearOthers, setPublicUrl });
  return app;
}

async function listenHttp(app: FastifyInstance, port: number, host: string): Promise<number> {
  await app.listen({ port, host });
  return (app.server.address() as { port: number }).port;
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
