import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '#src/config.ts';

interface Service {
  image: string;
  build?: { target: string };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[]; disable?: boolean };
}

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const composeText = read('docker-compose.yml');
const exampleText = read('.env.example');
const dockerfile = read('Dockerfile');

const key = Buffer.alloc(32, 7).toString('base64');
const SECRETS = { POSTGRES_PASSWORD: 'abc123', DATA_KEYS: `k1:${key}`, TOKEN_SECRET: key, GRAFANA_PASSWORD: 'x' };

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
}

/** The file as compose reads it with these variables. Throws the message of a variable that must be set. */
function compose(variables: Record<string, string>): Compose {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)(?:(:?[-?])([^}]*))?\}/g, (_all, name: string, how = '', word = '') => {
      const value = variables[name];
      if (value !== undefined && (value !== '' || !how.startsWith(':'))) return value;
      if (how.endsWith('?')) throw new Error(`${name}: ${word}`);
      return word;
    });
  const filled = (_key: string, value: unknown) => (typeof value === 'string' ? fill(value) : value);
  return JSON.parse(JSON.stringify(parse(composeText, { merge: true })), filled);
}

const { services, volumes } = compose(SECRETS);
const ours = Object.entries(services).filter(([, service]) => service.image === 'dosebell-service');
const targetsOf = (text: string) =>
  new Map(
    text
      .split(/^(?=FROM )/m)
      .slice(1)
      .map((stage) => [/ AS (\S+)/.exec(stage)?.[1] as string, stage]),
  );
const targets = targetsOf(dockerfile);
/** The files and folders of the repository that a target's image holds. */
const copied = (target: string) =>
  [...(targets.get(target) as string).matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
    (sources as string).split(' '),
  );

describe('settings', () => {
  const dir = mkdtempSync(join(tmpdir(), 'compose-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  writeFileSync(
    join(dir, 'service-account.json'),
    JSON.stringify({ project_id: 'p', client_email: 'c', private_key: 'k' }),
  );
  writeFileSync(join(dir, 'ca.pem'), '');

  /** The settings as a service reads them, and the names it asks for. */
  function readAs(environment: Record<string, string> = {}) {
    const asked = new Set<string>();
    const recorded = new Proxy<Record<string, string>>(environment, {
      get: (target, name: string) => {
        asked.add(name);
        return target[name]?.replace(/^\/simulator\//, `${dir}/`);
      },
    });
    return { config: readConfig(recorded), asked: [...asked] };
  }

  test.each(ours)('of %s are complete, right and all known', (_name, { environment = {} }) => {
    const { config, asked } = readAs(environment);
    expect(config.http).toMatchObject({ host: '0.0.0.0', port: 8080 });
    expect(Object.keys(environment).filter((name) => !asked.includes(name))).toEqual([]);
  });

  test('every setting of a provider is passed on, its rate and weight with the default of the services', () => {
    const smpp = { SMPP_URL: 'smpp://u:p@smsc.example.org:2775', SMPP_FROM: '12345' };
    const environment = compose({ ...SECRETS, ...smpp }).services.api?.environment ?? {};
    const { config, asked } = readAs(environment);
    const ofProviders = asked.filter((name) => /^(FCM|WEBPUSH|TWILIO|SMS|SMPP|SMTP|EMAIL)_/.test(name));
    expect(ofProviders.filter((name) => !(name in environment))).toEqual([]);
    const isRate = (name: string) => /_(PER_SECOND|WEIGHT)$/.test(name);
    const unset = Object.fromEntries(Object.entries(environment).filter(([name]) => !isRate(name)));
    const { push, sms, email } = readAs(unset).config;
    expect({ push: config.push, sms: config.sms, email: config.email }).toEqual({ push, sms, email });
  });

  test('Twilio left empty: SMS leave by the other provider only', () => {
    const off = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '', TWILIO_FROM: '' };
    const smpp = { SMPP_URL: 'smpp://u:p@smsc.example.org:2775', SMPP_FROM: '12345' };
    const { sms } = readAs(compose({ ...SECRETS, ...off, ...smpp }).services.worker?.environment).config;
    expect(Object.entries(sms).flatMap(([name, settings]) => (settings === undefined ? [] : [name]))).toEqual(['smpp']);
  });

  test('are the same for every process, and the simulator plays the same account', () => {
    for (const [, { environment }] of ours) expect(environment).toEqual(services.api?.environment);
    for (const [name, value] of Object.entries(services.simulator?.environment ?? {})) {
      expect(value).toBe(services.api?.environment?.[name]);
    }
  });

  test.each(Object.keys(SECRETS))('without %s nothing starts, and the message says what to do', (name) => {
    expect(() => compose({ ...SECRETS, [name]: '' })).toThrow(`${name}: copy .env.example to .env`);
  });

  test('.env.example has every variable once, and no other', () => {
    const used = [...composeText.matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string);
    const told = [...exampleText.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name as string);
    expect(told.sort()).toEqual([...new Set(used)].sort());
  });

  test('.env.example holds no secret', () => {
    for (const name of Object.keys(SECRETS)) expect(exampleText).toMatch(new RegExp(`^${name}=$`, 'm'));
  });
});

describe('services', () => {
  const isChecked = ({ healthcheck, build }: Service) =>
    healthcheck?.test !== undefined ||
    (healthcheck === undefined && /^HEALTHCHECK/m.test(targets.get(build?.target ?? '') ?? ''));

  test.each(Object.entries(services))('%s has a health check, and waits for what can become ready', (name, service) => {
    expect(isChecked(service)).toBe(name !== 'migrate');
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const awaited = services[other] as Service;
      expect(awaited, `${name} depends on ${other}`).toBeDefined();
      if (condition === 'service_healthy') expect(isChecked(awaited), other).toBe(true);
    }
  });

  test('only what people look at is published, and to this machine alone', () => {
    const published = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(['api', 'simulator', 'prometheus', 'grafana']);
    for (const [, { ports = [] }] of published)
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('every mounted file is there, every named volume is declared and used', () => {
    const sources = Object.values(services)
      .flatMap((service) => service.volumes ?? [])
      .map((volume) => volume.split(':')[0] as string);
    for (const source of sources.filter((each) => each.startsWith('.')))
      expect(existsSync(join(root, source)), source).toBe(true);
    expect([...new Set(sources.filter((each) => !each.startsWith('.')))].sort()).toEqual(Object.keys(volumes).sort());
  });

  test('Grafana finds the dashboard and the data source where they are mounted', () => {
    const mounted = (services.grafana?.volumes ?? []).map((volume) => volume.split(':'));
    const provider = parse(read('dashboards/grafana/provisioning/dashboards/dosebell.yml')).providers[0];
    expect(mounted).toContainEqual([
      './dashboards/grafana/overview.json',
      `${provider.options.path}/overview.json`,
      'ro',
    ]);
    const [source] = parse(read('dashboards/grafana/provisioning/datasources/prometheus.yml')).datasources;
    expect(Object.keys(services)).toContain(new URL(source.url).hostname);
  });

  test('the simulator is called by the name its certificate and its links have', () => {
    const command = services.simulator?.command ?? [];
    const option = (name: string) => command[command.indexOf(name) + 1];
    expect(option('--advertise')).toBe('simulator');
    const env = services.api?.environment ?? {};
    expect(env.FCM_BASE_URL).toBe(`https://simulator:${option('--fcm-port')}`);
    expect(env.TWILIO_BASE_URL).toBe(`http://simulator:${option('--http-port')}`);
    expect(env.SMTP_URL).toBe(`smtp://simulator:${option('--smtp-port')}`);
    expect(option('--public-url')).toBe(env.PUBLIC_URL);
    expect(env.FCM_CA_FILE).toBe(`${option('--dir')}/ca.pem`);
  });
});

describe('images', () => {
  const { dependencies, imports } = JSON.parse(read('package.json')) as {
    dependencies: object;
    imports: Record<string, string>;
  };

  test('every copied file is there and is let through by .dockerignore', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    for (const source of ['base', 'service', 'simulator'].flatMap(copied)) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(allowed).toContain(source);
    }
  });

  test.each(['service', 'simulator'])('%s runs as an ordinary user', (target) => {
    expect(targets.get(target)).toMatch(/^USER node$/m);
  });

  /** The local files and the packages that an entry needs, however deep. */
  function closure(entry: string): { files: Set<string>; packages: Set<string> } {
    const [files, packages, left] = [new Set<string>(), new Set<string>(), [entry]];
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      if (files.has(file)) continue;
      files.add(file);
      const imported = /^(?:import|export) (?!type )(?:[^'"]*? from )?'([^']+)'|\bimport\('([^']+)'\)/gms;
      for (const [, fixed, lazy] of read(file).matchAll(imported)) {
        const name = fixed ?? lazy ?? '';
        const alias = Object.keys(imports).find((each) => name.startsWith(each.slice(0, -1)));
        if (name.startsWith('.')) left.push(normalize(join(dirname(file), name)));
        else if (alias !== undefined)
          left.push(normalize((imports[alias] as string).replace('*', name.slice(alias.length - 1))));
        else if (!name.startsWith('node:') && !builtinModules.includes(name))
          packages.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
      }
    }
    return { files, packages };
  }

  const commands = Object.values(services).flatMap(({ build, command }) =>
    build === undefined ? [] : [[build.target, command?.find((word) => word.endsWith('.ts')) as string] as const],
  );
  test.each(commands)('%s holds all that %s imports', (target, entry) => {
    const { files, packages } = closure(entry);
    const held = copied(target);
    const outside = [...files].filter((file) => !held.some((folder) => !relative(folder, file).startsWith('..')));
    expect(outside).toEqual([]);
    expect(files.size).toBeGreaterThan(3);
    if (target === 'service') expect([...packages].filter((name) => !(name in dependencies))).toEqual([]);
  });
});
