import { createPublicKey, type JsonWebKeyInput, verify } from 'node:crypto';

const DAY_SECONDS = 86_400;

/** Whether a header is VAPID (RFC 8292) for this push service: signed by the key it names, in time, with somebody to write to. */
export function isVapid(header: string | undefined, origin: string): boolean {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(header ?? '') ?? [];
  const [head = '', claims = '', signature = ''] = token.split('.');
  try {
    const { aud, exp, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const left = exp - Date.now() / 1000;
    const isSigned = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: publicKey(key), dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    );
    return isSigned && aud === origin && left > 0 && left <= DAY_SECONDS && /^(mailto:|https:)/.test(sub);
  } catch {
    return false;
  }
}

function publicKey(raw: string) {
  const point = Buffer.from(raw, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33, 65)].map((half) => half.toString('base64url'));
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y } as JsonWebKeyInput['key'], format: 'jwk' });
}
