import type { KeyObject } from 'node:crypto';
import {
  type DataKey,
  dataKeys,
  integer,
  oneOf,
  phone,
  phones,
  readableFile,
  type ServiceAccount,
  secret,
  serviceAccount,
  smppSender,
  url,
} from './setting-values.ts';
import { readSmsGateway, type SmsGateway } from './sms-gateway.ts';
import {
  PUSH_SERVICES,
  pushOrigins,
  vapidPrivateKey,
  vapidPublicKey,
  vapidSubject,
  type WebPushConfig,
} from './webpush-settings.ts';
import { readWhatsappTemplates, type WhatsappTemplates } from './whatsapp-templates.ts';

/** A missing or bad setting. The message is one line that says which and what to do. */
export class ConfigError extends Error {}

export interface Config {
  databaseUrl: string;
  redisUrl: string;
  http: { host: string; port: number; publicUrl: string };
  /**
   * Data keys for AES-256-GCM by key id; the first encrypts, all decrypt. `KeyObject`s, since preparing a raw key costs
   * Node more than the encryption itself (measured: 23 µs a value against 5 µs).
   */
  dataKeys: DataKey[];
  /** Signs acknowledgement tokens. */
  tokenSecret: KeyObject;
  push: { baseUrl: string; serviceAccount: ServiceAccount; caFile: string | undefined; perSecond: number };
  /** Absent: nothing is sent to browsers. */
  webpush?: WebPushConfig | undefined;
  /** At least one of them. */
  sms: { twilio?: TwilioConfig | undefined; http?: SmsGateway | undefined; smpp?: SmppConfig | undefined };
  /** By the account of Twilio; absent: nobody is written to there. */
  whatsapp: WhatsappConfig | undefined;
  /** Calls, by the account of Twilio; absent: nobody is called. */
  voice: TwilioVoiceConfig | undefined;
  email: { url: string; from: string; perSecond: number };
  /** Callbacks to tenants' own systems: whether they may be on private networks, or on this machine. */
  callbacks: { allowPrivate: boolean };
  schedule: ScheduleConfig;
  /** How long a process that is asked to stop may take for what is in hand. */
  drainSeconds: number;
  logLevel: string;
}

interface TwilioAccount {
  baseUrl: string;
  accountSid: string;
  authToken: string;
}

interface TwilioConfig extends TwilioAccount {
  from: string[];
  weight: number;
  perSecond: number;
}

interface WhatsappConfig extends TwilioAccount {
  from: string;
  templates: WhatsappTemplates;
  perSecond: number;
}

interface TwilioVoiceConfig extends TwilioAccount {
  from: string;
  perSecond: number;
}

interface SmppConfig {
  url: string;
  from: string;
  weight: number;
  perSecond: number;
}

interface ScheduleConfig {
  /** A bucket is this many seconds of due times. */
  bucketSeconds: number;
  /** How often the ladder, horizon and rescue loops look, in milliseconds. */
  tickMs: number;
  /** How long before a bucket's start its doses are claimed, in seconds. */
  leadSeconds: number;
  shards: number;
  /** How long a worker may hold a chunk before its messages count as unknown, in seconds. */
  leaseSeconds: number;
  /** How long an unknown message waits for its callback before the provider is asked, in seconds. */
  settleSeconds: number;
  /** How long "snoozed" puts off the next reminder, in seconds. */
  snoozeSeconds: number;
  /** The shortest time between two doses of a prescription, in seconds: closer ones are refused as a mistake. */
  minIntervalSeconds: number;
}

type Env = Record<string, string | undefined>;

/** pino's. */
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Reads the environment once. Throws `ConfigError` with one line naming every missing or bad setting. */
export function readConfig(env: Env): Config {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T, fallback?: T): T => {
    const text = env[name];
    if (text === undefined || text === '') {
      if (fallback === undefined) problems.push(`${name} is not set`);
      return fallback as T;
    }
    try {
      return parse(text);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
      return undefined as T;
    }
  };
  /** Settings that are needed only when one of `names` is set. */
  const optional = <T>(names: string[], readAll: () => T): T | undefined => {
    const known = problems.length;
    const value = readAll();
    if (names.some((name) => env[name])) return value;
    problems.length = known;
    return undefined;
  };
  const twilioAccount = (): TwilioAccount => ({
    baseUrl: read('TWILIO_BASE_URL', url('http:', 'https:'), 'https://api.twilio.com'),
    accountSid: read('TWILIO_ACCOUNT_SID', String),
    authToken: read('TWILIO_AUTH_TOKEN', String),
  });
  /** An account that serves another channel does not have to send SMS. */
  const ofSms = env.TWILIO_WHATSAPP_FROM || env.TWILIO_VOICE_FROM ? [] : ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'];
  const config: Config = {
    databaseUrl: read('DATABASE_URL', url('postgres:', 'postgresql:')),
    redisUrl: read('REDIS_URL', url('redis:', 'rediss:')),
    http: {
      host: read('HOST', String, '127.0.0.1'),
      port: read('PORT', integer(0, 65535), 8080),
      publicUrl: read('PUBLIC_URL', url('http:', 'https:')),
    },
    dataKeys: read('DATA_KEYS', dataKeys),
    tokenSecret: read('TOKEN_SECRET', secret),
    push: {
      baseUrl: read('FCM_BASE_URL', url('https:'), 'https://fcm.googleapis.com'),
      serviceAccount: read('FCM_SERVICE_ACCOUNT', serviceAccount),
      caFile: env.FCM_CA_FILE ? read('FCM_CA_FILE', readableFile) : undefined,
      perSecond: read('FCM_PER_SECOND', integer(1, 1_000_000), 10_000),
    },
    webpush: optional(['WEBPUSH_PUBLIC_KEY', 'WEBPUSH_PRIVATE_KEY', 'WEBPUSH_SUBJECT'], () => ({
      publicKey: read('WEBPUSH_PUBLIC_KEY', vapidPublicKey),
      privateKey: read('WEBPUSH_PRIVATE_KEY', (text) => vapidPrivateKey(text, env.WEBPUSH_PUBLIC_KEY)),
      subject: read('WEBPUSH_SUBJECT', vapidSubject),
      origins: read('WEBPUSH_ORIGINS', pushOrigins, PUSH_SERVICES),
      caFile: env.WEBPUSH_CA_FILE ? read('WEBPUSH_CA_FILE', readableFile) : undefined,
      perSecond: read('WEBPUSH_PER_SECOND', integer(1, 1_000_000), 1_000),
    })),
    sms: {
      twilio: optional(['TWILIO_FROM', ...ofSms], () => ({
        ...twilioAccount(),
        from: read('TWILIO_FROM', phones),
        weight: read('TWILIO_WEIGHT', integer(1, 100), 1),
        perSecond: read('TWILIO_SEGMENTS_PER_SECOND', integer(1, 1_000_000), 1),
      })),
      http: optional(['SMS_HTTP'], () => read('SMS_HTTP', readSmsGateway)),
      smpp: optional(['SMPP_URL', 'SMPP_FROM'], () => ({
        url: read('SMPP_URL', url('smpp:', 'ssmpp:')),
        from: read('SMPP_FROM', smppSender),
        weight: read('SMPP_WEIGHT', integer(1, 100), 1),
        perSecond: read('SMPP_PER_SECOND', integer(1, 1_000_000), 10),
      })),
    },
    whatsapp: optional(['TWILIO_WHATSAPP_FROM', 'WHATSAPP_TEMPLATES'], () => ({
      ...twilioAccount(),
      from: read('TWILIO_WHATSAPP_FROM', phone),
      templates: read('WHATSAPP_TEMPLATES', readWhatsappTemplates),
      perSecond: read('TWILIO_WHATSAPP_PER_SECOND', integer(1, 1_000_000), 80),
    })),
    voice: optional(['TWILIO_VOICE_FROM'], () => ({
      ...twilioAccount(),
      from: read('TWILIO_VOICE_FROM', phone),
      perSecond: read('TWILIO_CALLS_PER_SECOND', integer(1, 100), 1),
    })),
    email: {
      url: read('SMTP_URL', url('smtp:', 'smtps:')),
      from: read('EMAIL_FROM', String),
      perSecond: read('EMAIL_PER_SECOND', integer(1, 1_000_000), 14),
    },
    callbacks: { allowPrivate: read('CALLBACK_ALLOW_PRIVATE', oneOf('true', 'false'), 'false') === 'true' },
    schedule: {
      bucketSeconds: read('BUCKET_SECONDS', integer(1, 3600), 60),
      tickMs: read('TICK_MS', integer(50, 60_000), 1000),
      leadSeconds: read('LEAD_SECONDS', integer(1, 600), 60),
      shards: read('SHARDS', integer(1, 1024), 4),
      leaseSeconds: read('LEASE_SECONDS', integer(1, 3600), 10),
      settleSeconds: read('SETTLE_SECONDS', integer(1, 3600), 45),
      snoozeSeconds: read('SNOOZE_SECONDS', integer(1, 86_400), 600),
      minIntervalSeconds: read('MIN_INTERVAL_SECONDS', integer(1, 86_400), 900),
    },
    drainSeconds: read('DRAIN_SECONDS', integer(1, 3600), 25),
    logLevel: read('LOG_LEVEL', oneOf(...LOG_LEVELS), 'info'),
  };
  if (problems.length === 0 && Object.values(config.sms).every((provider) => provider === undefined)) {
    problems.push('no SMS provider is set: set TWILIO_ACCOUNT_SID, SMS_HTTP or SMPP_URL');
  }
  if (problems.length > 0)
    throw new ConfigError(`bad settings: ${[...new Set(problems)].join('; ')} (docs/settings.md lists them all)`);
  return config;
}
