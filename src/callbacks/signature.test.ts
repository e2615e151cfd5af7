import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newSecret, signedHeaders } from './signature.ts';

const AT = new Date('2023-01-20T15:20:31.500Z');

beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(AT.getTime());
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('the signature', () => {
  const body = JSON.stringify({ type: 'dose.missed', data: { zone: 'America/Bogotá', emoji: '💊' } });

  it('is one the Standard Webhooks library takes, with any secret of ours', () => {
    for (let i = 0; i < 50; i++) {
      const secret = newSecret();
      const headers = signedHeaders([secret], { id: '019ab1c2-7d00-7c3e-9f10-2b6a51c0d7e4', at: AT, body });
      expect(headers['webhook-timestamp']).toBe('1674228031');
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow('No matching signature');
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow('No matching signature');
    }
  });

  it('is one for each secret, and either is enough', () => {
    const [now, before] = [newSecret(), newSecret()];
    const headers = signedHeaders([now, before], { id: 'x', at: AT, body });
    expect(headers['webhook-signature'].split(' ')).toHaveLength(2);
    for (const secret of [now, before]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
  });

  it('has secrets of 32 random bytes, none twice', () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
  });
});
