import { parseArgs } from 'node:util';
import { SIMULATED_TWILIO, type SimulatorOptions, startSimulator } from './simulator.ts';

const HELP = `The provider simulator: FCM, Twilio, an HTTP SMS gateway, an SMSC and an SMTP server that behave as told.

  node loadtests/provider-simulator/main.ts [options]

  --http-port N     Twilio REST, token endpoint, control and outbox page (default 0: a free port)
  --fcm-port N      FCM HTTP v1, HTTP/2 over TLS (default 0: a free port)
  --webpush-port N  web push service, HTTPS (default 0: a free port)
  --smtp-port N     SMTP (default 0: a free port)
  --twilio-port N   Twilio REST alone, so that it can be down (default 0: a free port)
  --sms-http-port N  HTTP SMS gateway (default 0: a free port)
  --smpp-port N     SMPP 3.4 (default 0: a free port)
  --host HOST       address to listen on (default 127.0.0.1)
  --advertise NAME  host name that clients use, when it is not the one listened on
  --dir DIR         where ca.pem and service-account.json go (default: a new temporary folder)
  --public-url URL  the service's public URL, for replies and confirmations (or PUT /public-url later)
  --help

Environment: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM
  (default ${SIMULATED_TWILIO.accountSid}, ${SIMULATED_TWILIO.authToken}, ${SIMULATED_TWILIO.from})

When ready, one JSON line on standard output says where everything is. SIGTERM or SIGINT stops it.
`;

const text = { type: 'string' } as const;

function readOptions(args: string[]): SimulatorOptions | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      'http-port': text,
      'fcm-port': text,
      'webpush-port': text,
      'smtp-port': text,
      'twilio-port': text,
      'sms-http-port': text,
      'smpp-port': text,
      host: text,
      advertise: text,
      dir: text,
      'public-url': text,
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_FROM: from } = process.env;
  const publicUrl = values['public-url'];
  if (publicUrl !== undefined && !(/^https?:/.test(publicUrl) && URL.canParse(publicUrl))) {
    throw new Error(`--public-url ${publicUrl} is not an http(s) URL`);
  }
  return {
    httpPort: readPort('--http-port', values['http-port']),
    fcmPort: readPort('--fcm-port', values['fcm-port']),
    webpushPort: readPort('--webpush-port', values['webpush-port']),
    smtpPort: readPort('--smtp-port', values['smtp-port']),
    twilioPort: readPort('--twilio-port', values['twilio-port']),
    smsHttpPort: readPort('--sms-http-port', values['sms-http-port']),
    smppPort: readPort('--smpp-port', values['smpp-port']),
    ...(values.host && { host: values.host }),
    ...(values.advertise && { advertise: values.advertise }),
    ...(values.dir && { dir: values.dir }),
    ...(publicUrl && { publicUrl }),
    twilio: { ...(accountSid && { accountSid }), ...(authToken && { authToken }), ...(from && { from }) },
  };
}

function readPort(name: string, value = '0'): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new Error(`${name} ${value} is not a port (0 to 65535)`);
  return port;
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const { address, close } = await startSimulator(options);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());
  process.stdout.write(`${JSON.stringify({ msg: 'ready', ...address })}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`provider simulator: ${error.message}\n`);
  process.exitCode = 1;
});
