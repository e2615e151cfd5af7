import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '#test/helpers/receiver.ts';
import { mayReach } from './addresses.ts';
import { openPoster, type Poster } from './post.ts';
import { endpointUrl } from './url.ts';

describe('where a callback may go', () => {
  it.each([
    // always refused
    ['0.0.0.0', false, false],
    ['169.254.169.254', false, false],
    ['192.0.0.8', false, false],
    ['192.0.2.1', false, false],
    ['198.18.0.1', false, false],
    ['224.0.0.1', false, false],
    ['239.255.255.250', false, false],
    ['240.0.0.1', false, false],
    ['255.255.255.255', false, false],
    ['::', false, false],
    ['::ffff:10.0.0.1', false, false],
    ['::ffff:7f00:1', false, false],
    ['::127.0.0.1', false, false],
    ['64:ff9b::a00:1', false, false],
    ['2002:a00:1::', false, false],
    ['2001:0:a00:1::', false, false],
    ['2001:db8::1', false, false],
    ['fe80::1', false, false],
    ['fec0::1', false, false],
    ['ff02::1', false, false],
    // for whoever allows them
    ['127.0.0.1', false, true],
    ['127.255.255.254', false, true],
    ['10.0.0.1', false, true],
    ['10.255.255.255', false, true],
    ['100.64.0.1', false, true],
    ['172.16.0.1', false, true],
    ['172.31.255.255', false, true],
    ['192.168.1.1', false, true],
    ['::1', false, true],
    ['fc00::1', false, true],
    ['fd12:3456::1', false, true],
    // the internet
    ['8.8.8.8', true, true],
    ['100.63.255.255', true, true],
    ['100.128.0.1', true, true],
    ['172.15.255.255', true, true],
    ['172.32.0.1', true, true],
    ['192.167.255.255', true, true],
    ['223.255.255.255', true, true],
    ['2606:4700:4700::1111', true, true],
    ['2a00:1450:4001::200e', true, true],
  ])('%s: %s, with private addresses %s', (address, usually, allowed) => {
    expect(mayReach(address, false)).toBe(usually);
    expect(mayReach(address, true)).toBe(allowed);
  });
});

describe('the URL of an endpoint', () => {
  it.each([
    ['https://his.example.org/dosebell', 'https://his.example.org/dosebell'],
    ['https://his.example.org:8443/a?b=c#d', 'https://his.example.org:8443/a?b=c'],
    ['HTTPS://HIS.EXAMPLE.ORG', 'https://his.example.org/'],
    ['https://8.8.8.8/x', 'https://8.8.8.8/x'],
    ['https://[2606:4700:4700::1111]/x', 'https://[2606:4700:4700::1111]/x'],
  ])('%s is taken', (text, kept) => {
    expect(endpointUrl(text, false)).toBe(kept);
  });

  const LOCAL = [
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://0x7f000001/x',
    'https://0x7f.1/x',
    'https://017700000001/x',
    'https://127.1/x',
    'https://１２７.0.0.1/x',
    'https://10.1.2.3/x',
    'https://[::1]/x',
    'https://[fd00::1]/x',
  ];
  const NEVER = [
    'not a url',
    '/hook',
    '',
    'http://his.example.org/x',
    'ftp://his.example.org/x',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://user:secret@his.example.org/x',
    'https://user@his.example.org/x',
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:10.0.0.1]/x',
    'https://[fe80::1]/x',
    'http://10.1.2.3/x',
    `https://his.example.org/${'x'.repeat(2048)}`,
  ];

  it.each([...LOCAL, 'http://127.0.0.1/x', 'http://localhost/x', ...NEVER])('%s is refused', (text) => {
    expect(() => endpointUrl(text, false)).toThrow(expect.objectContaining({ status: 422 }));
  });

  it.each([...LOCAL, 'http://127.0.0.1:3000/x', 'http://localhost:3000/x', 'http://[::1]/x'])(
    '%s is taken where private addresses are allowed',
    (text) => {
      expect(URL.canParse(endpointUrl(text, true))).toBe(true);
    },
  );

  it.each(NEVER)('%s is refused there too', (text) => {
    expect(() => endpointUrl(text, true)).toThrow(expect.objectContaining({ status: 422 }));
  });
});

describe('the road', () => {
  let receiver: Receiver;
  let poster: Poster;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => poster.close());
  const post = (url: string, allowPrivate: boolean) => {
    poster = openPoster(allowPrivate);
    return poster.post(url, { 'webhook-id': 'x' }, '{}');
  };

  it.each(['127.0.0.1', '2130706433', '0x7f.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]'])(
    'does not lead to this machine, called %s',
    async (host) => {
      await expect(post(`http://${host}:${receiver.port}/x`, false)).rejects.toMatchObject({ code: 'EADDRFORBIDDEN' });
      expect(receiver.received).toEqual([]);
    },
  );

  it.each(['127.0.0.1', 'localhost'])('leads there, called %s, when that is allowed', async (host) => {
    expect(await post(`http://${host}:${receiver.port}/x`, true)).toMatchObject({ status: 200 });
    expect(receiver.received).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    receiver.replies.push((response) => response.writeHead(307, { location: receiver.url }).end());
    expect(await post(receiver.url, true)).toMatchObject({ status: 307 });
    expect(receiver.received).toHaveLength(1);
  });

  it('hangs up on an answer without end, which counts by its status', async () => {
    const closed = new Promise((resolve) => {
      receiver.replies.push((response) => {
        const flow = setInterval(() => response.write('x'.repeat(1000)), 1);
        response.writeHead(200).on('close', () => {
          clearInterval(flow);
          resolve('closed');
        });
      });
    });
    expect(await post(receiver.url, true)).toMatchObject({ status: 200 });
    expect(await closed).toBe('closed');
  });

  it('tries again at once when a kept connection was closed meanwhile', async () => {
    poster = openPoster(true);
    expect(await poster.post(receiver.url, {}, '{}')).toMatchObject({ status: 200 });
    receiver.replies.push((response) => response.socket?.resetAndDestroy());
    expect(await poster.post(receiver.url, {}, '{}')).toMatchObject({ status: 200 });
    expect(receiver.received).toHaveLength(3);
  });

  it('tells that no answer came', async () => {
    receiver.replies.push((response) => response.socket?.destroy());
    await expect(post(receiver.url, true)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
