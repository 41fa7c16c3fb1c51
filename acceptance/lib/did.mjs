// A did:key of our own and what it signs. The private key never leaves this process.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const ED25519_PUBLIC = Buffer.from([0xed, 0x01]);
// What stands before the 32 bytes of a seed in PKCS #8 (RFC 8410).
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export function base58(bytes) {
  let number = BigInt('0x' + bytes.toString('hex'));
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  return text;
}

/** @returns {{ did: string, kid: string, jwk: object, privateKey: import('node:crypto').KeyObject }} */
function holder(privateKey) {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const raw = Buffer.from(jwk.x, 'base64url');
  const multibase = 'z' + base58(Buffer.concat([ED25519_PUBLIC, raw]));
  return { did: `did:key:${multibase}`, kid: `did:key:${multibase}#${multibase}`, jwk, privateKey };
}

/** A new did:key. */
export const newDid = () => holder(generateKeyPairSync('ed25519').privateKey);

/** The did:key of a seed file: 32 bytes in base64url on one line. */
export function didOfSeed(file) {
  const seed = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
  return holder(createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' }));
}
