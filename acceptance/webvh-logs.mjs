// Writes the logs that identity-service's ForeignLogTest reads: made by npm's didwebvh-ts, with keys that are no secret.
//   node acceptance/webvh-logs.mjs identity-service/src/test/resources/webvh
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDID, createWitnessProof, deactivateDID, deriveNextKeyHash, updateDID } from 'didwebvh-ts';
import { updateKey, verifier } from './lib/webvh.mjs';

const folder = process.argv[2];
const [first, second, third, ...witnesses] = [1, 2, 3, 11, 12, 13].map(byte => updateKey(Buffer.alloc(32, byte)));
const committed = async key => [await deriveNextKeyHash(key.multikey)];
const methods = key => [{ type: 'Multikey', publicKeyMultibase: key.multikey, purpose: 'authentication' }];
const at = minute => `2026-03-01T12:0${minute}:00Z`;

const create = async options =>
  (
    await createDID({
      domain: 'a.example',
      signer: first.signer,
      verifier,
      updateKeys: [first.multikey],
      verificationMethods: methods(first),
      created: at(0),
      ...options,
    })
  ).log;
const update = async (log, signer, minute, options) =>
  (await updateDID({ log, signer: signer.signer, verifier, verificationMethods: methods(signer), updated: at(minute), ...options })).log;

async function save(name, log) {
  await writeFile(join(folder, `${name}.jsonl`), log.map(entry => `${JSON.stringify(entry)}\n`).join(''));
}

/** What witnesses sign of one version. */
async function seen({ versionId }, who) {
  const proofs = who.map(({ signer }) =>
    createWitnessProof(
      async (document, proof) => ({ proof: await signer.sign({ document, proof }) }),
      versionId,
      signer.getVerificationMethodId(),
      at(0),
    ),
  );
  return { versionId, proof: await Promise.all(proofs) };
}

await mkdir(folder, { recursive: true });

let log = await create({ paths: ['dids', 'one'], nextKeyHashes: await committed(second) });
const services = [{ id: '#shop', type: 'LinkedDomains', serviceEndpoint: 'https://é.example/€' }];
log = await update(log, second, 1, { updateKeys: [second.multikey], nextKeyHashes: await committed(third), services });
log = await update(log, third, 2, { updateKeys: [third.multikey], nextKeyHashes: [] });
await save('rotated', log);

log = await create({ portable: true });
log = await update(log, first, 1, { address: 'b.example:8443', alsoKnownAs: [log[0].state.id] });
await save('moved', log);

log = await create({});
({ log } = await deactivateDID({ log, signer: first.signer, verifier }));
await save('deactivated', log);

const witness = { threshold: 2, witnesses: witnesses.map(({ did }) => ({ id: did })) };
log = await create({ witness });
const before = [await seen(log[0], witnesses.slice(0, 2))];
log = await update(log, first, 1, { witness, witnessProofs: before });
await save('witnessed', log);
const proofs = [await seen(log[0], witnesses.slice(0, 1)), await seen(log[1], witnesses.slice(1))];
await writeFile(join(folder, 'witnessed.did-witness.json'), `${JSON.stringify(proofs)}\n`);
