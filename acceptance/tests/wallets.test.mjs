// Wallets as foreign software links them: viem signs what the challenge says, or its own message of EIP-4361, or typed data;
// a contract wallet says yes by ERC-1271; and what a linked wallet paid is the client's own at billing and metering.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { createSiweMessage, parseSiweMessage, validateSiweMessage } from 'viem/siwe';
import { NETWORK } from '../lib/chain.mjs';
import { placeCode, placeKeyWallet } from '../lib/contract-wallet.mjs';
import { Refused, call, until } from '../lib/http.mjs';
import { chain, openShop, people, stack } from './stack.mjs';
import { URL_CHAT, chat, openClient } from './wire.mjs';

const CHAIN_ID = 84532;
const FUNDS = 2_000_000n;
const HEARD_SECONDS = 20;
const wallets = `${stack.identity.url}/v1/tenants/${stack.tenant}/wallets`;
const newAccount = () => privateKeyToAccount(generatePrivateKey());
const caip = address => `${NETWORK}:${address}`;
const pkh = address => `did:pkh:${NETWORK}:${address.toLowerCase()}`;

let client;
before(async () => {
  client = await people.join('Walletta', 'client', ['client']);
});

const token = (who = client) => who.token('identity-service', 'wallets:write');

async function challenge(address, who = client) {
  return call('POST', `${wallets}/challenges`, { token: await token(who), body: { account: caip(address) } });
}

async function link(body, who = client) {
  return call('POST', wallets, { token: await token(who), body });
}

const refused = (linking, problem) =>
  assert.rejects(linking, error => error instanceof Refused && error.body.type === `/problems/${problem}`);

describe('an account with a key', () => {
  it('is linked by what the challenge says, which viem reads as EIP-4361', async () => {
    const account = newAccount();
    const { message, nonce } = await challenge(account.address);
    const fields = parseSiweMessage(message);
    const issuer = new URL(stack.identity.url);

    assert.equal(fields.nonce, nonce);
    assert.deepEqual(fields.resources, [client.did, `${stack.identity.url}/v1/tenants/${stack.tenant}`]);
    assert.ok(validateSiweMessage({ message: fields, address: account.address, domain: issuer.host, nonce, time: new Date() }));
    const linked = await link({ message, signature: await account.signMessage({ message }) });

    assert.equal(linked.did, client.did);
    assert.equal(linked.alsoKnownAs, pkh(account.address));
    const found = await call('GET', `${wallets}/${caip(account.address)}`, { token: await token() });
    assert.ok(await chain.reads.verifyMessage({ address: account.address, message: found.proof.signed, signature: found.proof.signature }));
  });

  it("is linked by a message that viem's createSiweMessage wrote", async () => {
    const account = newAccount();
    const { nonce } = await challenge(account.address);
    const message = createSiweMessage({
      address: account.address,
      chainId: CHAIN_ID,
      domain: new URL(stack.identity.url).host,
      uri: stack.identity.url,
      nonce,
      version: '1',
      statement: 'My own words.',
      requestId: 'request-1',
      expirationTime: new Date(Date.now() + 60_000),
      notBefore: new Date(Date.now() - 1_000),
      resources: [client.did, `${stack.identity.url}/v1/tenants/${stack.tenant}`],
    });

    const linked = await link({ message, signature: await account.signMessage({ message }) });
    assert.equal(linked.proof.signed, message);
  });

  it('is linked by typed data', async () => {
    const account = newAccount();
    const { nonce, typedData } = await challenge(account.address);
    const signature = await account.signTypedData(typedData);

    const linked = await link({ nonce, account: caip(account.address), signature, kind: 'eip712' });
    assert.equal(linked.proof.kind, 'eip712');
    const signed = JSON.parse(linked.proof.signed);
    assert.ok(await chain.reads.verifyTypedData({ address: account.address, ...signed, signature: linked.proof.signature }));
  });

  it('is not linked by the signature of another, nor twice by one nonce', async () => {
    const account = newAccount();
    const { message } = await challenge(account.address);
    await refused(link({ message, signature: await newAccount().signMessage({ message }) }), 'wallet-not-proven');
    const signature = await account.signMessage({ message });
    await refused(link({ message, signature }), 'unknown-challenge');
  });
});

describe('a contract wallet', () => {
  it('is linked when it says that the signature is its own', async () => {
    const owner = newAccount();
    const wallet = await placeKeyWallet(chain, newAccount().address, owner.address);
    const { message, typedData, nonce } = await challenge(wallet);
    const linked = await link({ message, signature: await owner.signMessage({ message }) });
    assert.equal(linked.proof.contract, true);
    assert.ok(typedData && nonce);

    const second = await challenge(wallet);
    const again = await link({
      nonce: second.nonce,
      account: caip(wallet),
      signature: await owner.signTypedData(second.typedData),
      kind: 'eip712',
    });
    assert.equal(again.did, client.did);
  });

  it('is not linked by the signature of a key that is not its owner', async () => {
    const wallet = await placeKeyWallet(chain, newAccount().address, newAccount().address);
    const { message } = await challenge(wallet);
    await refused(link({ message, signature: await newAccount().signMessage({ message }) }), 'wallet-not-proven');
  });

  it('is not linked whatever else it answers', async () => {
    // Nothing, its own call's first word, ones, a revert with the right word, 16 KiB, and no end.
    const codes = [
      '0x00',
      '0x6020600060003760206000f3',
      '0x60001960005260206000f3',
      '0x631626ba7e60e01b60005260206000fd',
      '0x631626ba7e60e01b6000526140006000f3',
      '0x5b600056',
    ];
    for (const code of codes) {
      const wallet = await placeCode(chain, newAccount().address, code);
      const { message } = await challenge(wallet);
      await refused(link({ message, signature: await newAccount().signMessage({ message }) }), 'wallet-not-proven');
    }
  });
});

describe('what a linked wallet paid', () => {
  it("is the client's own at billing and metering, and no longer when the link ends", async () => {
    await openShop();
    const account = await chain.newPayer(FUNDS);
    const { status } = await openClient(account).pay(URL_CHAT, chat());
    assert.equal(status, 200);
    const subject = pkh(account.address);
    const payer = await people.join('Payer', 'client', ['client']);
    const channels = async () => {
      const seen = await call('GET', `${stack.billing.url}/v1/channels`, {
        token: await payer.token('billing-service', 'billing:read'),
      });
      return seen.channels.map(channel => channel.payer);
    };
    const usage = async () => {
      const seen = await call('GET', `${stack.metering.url}/v1/readings?meter=requests`, {
        token: await payer.token('metering-service', 'usage:read'),
      });
      return [...new Set(seen.readings.map(reading => reading.subject))];
    };
    assert.deepEqual([await channels(), await usage()], [[], []]);

    const { message } = await challenge(account.address, payer);
    await link({ message, signature: await account.signMessage({ message }) }, payer);

    await until('the channel is shown', HEARD_SECONDS, async () => {
      const value = await channels();
      return { done: value.length === 1 && value[0] === subject, value };
    });
    await until('the usage is shown', HEARD_SECONDS, async () => {
      const value = await usage();
      return { done: value.length === 1 && value[0] === subject, value };
    });
    await call('DELETE', `${wallets}/${caip(account.address)}`, { token: await token(payer) });
    await until('nothing is shown', HEARD_SECONDS, async () => {
      const value = [await channels(), await usage()];
      return { done: value.flat().length === 0, value };
    });
  });
});
