// What npm's didwebvh-ts wants to be given: Ed25519, by Node.
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { MultibaseEncoding, multibaseEncode, prepareDataForSigning } from 'didwebvh-ts';

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');
const base58 = bytes => multibaseEncode(Uint8Array.from(bytes), MultibaseEncoding.BASE58_BTC);

export const verifier = {
  verify: async (signature, message, key) =>
    verify(null, message, createPublicKey({ key: Buffer.concat([SPKI_ED25519, key]), format: 'der', type: 'spki' }), signature),
};

/** A key that signs entries of a log. @param {Buffer} seed its 32 bytes */
export function updateKey(seed) {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_ED25519.length);
  const multikey = base58([0xed, 0x01, ...raw]);
  return {
    multikey,
    did: `did:key:${multikey}`,
    signer: {
      getVerificationMethodId: () => `did:key:${multikey}#${multikey}`,
      sign: async ({ document, proof }) => ({
        proofValue: base58(sign(null, await prepareDataForSigning(document, proof), privateKey)),
      }),
    },
  };
}
