import { generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import { SIMULATED_TEMPLATES } from './whatsapp-templates.ts';

/** The Firebase project the simulator plays. */
export const PROJECT_ID = 'dosebell-sim';
export const CLIENT_EMAIL = `simulator@${PROJECT_ID}.iam.gserviceaccount.com`;

// Google's client library asks these hosts by name; the certificate covers them so that an agent may lead it here.
const PLAYED_HOSTS = ['oauth2.googleapis.com', 'fcm.googleapis.com', 'localhost'];
const LOOPBACK = ['127.0.0.1', '::1'];

/** A fresh self-signed certificate: it is its own authority, so trusting it is trusting `cert` alone. */
export async function createTlsIdentity(host: string): Promise<{ cert: string; key: string }> {
  const isAddress = /^[\d.]+$|:/.test(host);
  const names = new Set([...PLAYED_HOSTS, ...(isAddress ? [] : [host])]);
  const addresses = new Set([...LOOPBACK, ...(isAddress ? [host] : [])]);
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'dosebell provider simulator' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...Array.from(names, (value) => ({ type: 2 as const, value })),
          ...Array.from(addresses, (ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { cert, key };
}

export interface ServiceAccountKeys {
  publicKey: KeyObject;
  privateKeyPem: string;
}

/** The RSA key pair of a service account, fresh at every start. */
export async function createServiceAccountKeys(): Promise<ServiceAccountKeys> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { publicKey, privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Writes what clients need to trust and to authenticate; the files are readable by their owner alone. */
export async function writeClientFiles(
  dir: string,
  { cert, privateKeyPem, tokenUri }: { cert: string; privateKeyPem: string; tokenUri: string },
): Promise<{ caFile: string; serviceAccount: string; whatsappTemplates: string }> {
  await mkdir(dir, { recursive: true });
  const caFile = path.resolve(dir, 'ca.pem');
  const serviceAccount = path.resolve(dir, 'service-account.json');
  const whatsappTemplates = path.resolve(dir, 'whatsapp-templates.json');
  const account = {
    type: 'service_account',
    project_id: PROJECT_ID,
    private_key_id: 'simulator',
    private_key: privateKeyPem,
    client_email: CLIENT_EMAIL,
    client_id: '1',
    token_uri: tokenUri,
  };
  await Promise.all([
    writeFile(caFile, cert, { mode: 0o600 }),
    writeFile(whatsappTemplates, `${JSON.stringify(SIMULATED_TEMPLATES, null, 2)}\n`),
    writeFile(serviceAccount, `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 }),
  ]);
  return { caFile, serviceAccount, whatsappTemplates };
}
