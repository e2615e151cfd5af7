import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** Encrypts what names or describes a person. AES-256-GCM (NIST SP 800-38D), a random 96-bit nonce per value. */
export interface Cipher {
  /** → `[length of key id][key id][nonce 12][tag 16][ciphertext]`: the key id is kept, so that keys can rotate. */
  seal(text: string): Buffer;
  /** Throws when the value was tampered with, or its key is no longer configured. */
  open(sealed: Uint8Array): string;
  /** A keyed hash of a contact value, equal for equal values: finds a sender without decrypting the table. */
  lookup(value: string): Buffer;
}

/** `keys[0]` encrypts, all of them decrypt. The look-up key is derived from `lookupSecret`, which must not rotate. */
export function createCipher(keys: { id: string; key: KeyObject }[], lookupSecret: KeyObject): Cipher {
  const [current] = keys;
  if (current === undefined) throw new Error('no data key');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  const lookupKey = createSecretKey(Buffer.from(hkdfSync('sha256', lookupSecret, '', 'dosebell contact lookup', 32)));
  const header = Buffer.concat([Buffer.of(current.id.length), Buffer.from(current.id)]);
  return {
    seal(text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const idEnd = 1 + (bytes[0] ?? 0);
      const id = bytes.toString('utf8', 1, idEnd);
      const key = byId.get(id);
      if (key === undefined) throw new Error(`the data key "${id}" is not configured: add it to DATA_KEYS`);
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(idEnd, idEnd + 12), { authTagLength: 16 });
      decipher.setAuthTag(bytes.subarray(idEnd + 12, idEnd + 28));
      return Buffer.concat([decipher.update(bytes.subarray(idEnd + 28)), decipher.final()]).toString('utf8');
    },
    lookup: (value) => createHmac('sha256', lookupKey).update(value).digest(),
  };
}
