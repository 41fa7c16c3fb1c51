#!/usr/bin/env node
// One real AI workload, metered, charged and settled on-chain, told line by line; then the reconciliation.
//
//   node demo.mjs --stack .tallystick/run/stack.json
//
// Exit code 1 if any line of the reconciliation differs, 2 if the demo could not be told to its end.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openChain } from './lib/chain.mjs';
import { tellInsight } from './lib/insight.mjs';
import { openPayer } from './lib/payer.mjs';
import { buyByChannel, buyByExact } from './lib/purchases.mjs';
import { reconcile } from './lib/reconcile.mjs';
import { reportUsage } from './lib/report.mjs';
import { chargeAccount, costOf1000Calls, settleAll } from './lib/settle.mjs';
import { FIXED_CALLS, People, PRICES, Shop } from './lib/shop.mjs';
import { line, part, say, total } from './lib/story.mjs';

const PAYER_UNITS = 5_000_000n;
// More than npm's client would deposit by itself: the channel also pays for usage that is reported later.
const DEPOSIT_UNITS = 1_000_000n;

const { values } = parseArgs({ options: { stack: { type: 'string' } } });
if (!values.stack) {
  console.error('usage: node demo.mjs --stack <file that ./tallystick up wrote>');
  process.exit(2);
}

async function tell(stack) {
  const chain = openChain(stack.chain.rpcUrl);
  const provider = await chain.newPayer(0n);
  const people = new People(stack);

  const { owner, reporter } = await part('People', async () => {
    const joined = {
      owner: await people.join('Acme', 'provider', ['owner']),
      reporter: await people.join('Acme inference server', 'service', ['ingest']),
    };
    line(`provider, tenant ${stack.tenant}`, joined.owner.did);
    line('its server, which may report usage', joined.reporter.did);
    line('its money goes to', provider.address);
    return joined;
  });
  const shop = new Shop(stack, owner);

  await part('Prices', async () => {
    await shop.open(provider);
    for (const { meter, dimensions, units, per, tiers } of PRICES) {
      const price = tiers
        ? tiers.map(tier => `${tier.units}/${tier.per}${tier.upTo ? ` up to ${tier.upTo}` : ''}`).join(', then ')
        : `${units} per ${per}`;
      line(`${meter} ${dimensions?.model ?? ''}`, `${price} units of 0.000001 USDC`);
    }
    for (const { route, model, units } of FIXED_CALLS) line(`${route} ${model}, by exact`, `${units} units a call`);
  });

  const buyer = openPayer(chain, await chain.newPayer(PAYER_UNITS), ['batch-settlement'], {
    depositStrategy: () => DEPOSIT_UNITS,
  });
  const walkIn = openPayer(chain, await chain.newPayer(PAYER_UNITS), ['exact']);
  const bought = await part('A client with a channel: 50 embeddings, 10 chats', () => buyByChannel(stack, buyer));
  const exact = await part('A client without: 5 calls at a fixed price', () => buyByExact(stack, walkIn, chain));
  const reported = await part("The provider's own server: 1,000 usage events by @openmeter/sdk", () =>
    reportUsage(stack, shop, reporter),
  );
  const account = await part('Charges of that account, paid through the channel', () =>
    chargeAccount(shop, buyer, reported),
  );
  const settlement = await part('Claim and settle on-chain', () => settleAll(shop, chain, buyer, provider.address));

  const insight = await part('What the provider sees: usage, cost, retention', () =>
    tellInsight(shop, { captured: bought.paidUnits + exact.paidUnits, rated: account.owed, gas: settlement.gas }),
  );

  await part('What 1,000 such calls cost all-in', () => costOf1000Calls(chain, { bought, exact, settlement }));

  return part('Reconciliation, each side from another system', () =>
    reconcile({ stack, shop, chain, provider, buyer, walkIn, bought, exact, reported, account, settlement, insight, funds: PAYER_UNITS }),
  );
}

try {
  const stack = JSON.parse(readFileSync(values.stack, 'utf8'));
  const lines = await tell(stack);
  console.log('');
  say(`told in ${total()}`);
  say(`identity ${stack.identity.url} · metering and gateway ${stack.metering.url} · billing ${stack.billing.url}`);
  say(`chain ${stack.chain.rpcUrl} · logs ${stack.logs}`);
  process.exitCode = lines.differing === 0 ? 0 : 1;
} catch (error) {
  console.error(`\nThe demo ended early: ${error.stack ?? error}`);
  process.exitCode = 2;
}
