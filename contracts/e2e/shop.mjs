// Both sides of a paid call from npm's packages, unmodified: a resource server with the reference facilitator behind a
// `fetch`, and a client that pays. Only the few lines between `Request` and x402's HTTP server are ours.
import { x402Client } from "@x402/core/client";
import { x402Facilitator } from "@x402/core/facilitator";
import { x402HTTPResourceServer, x402ResourceServer } from "@x402/core/server";
import { toClientEvmSigner, toFacilitatorEvmSigner } from "@x402/evm";
import { BatchSettlementEvmScheme as BatchClient } from "@x402/evm/batch-settlement/client";
import { BatchSettlementEvmScheme as BatchFacilitator } from "@x402/evm/batch-settlement/facilitator";
import { BatchSettlementEvmScheme as BatchServer } from "@x402/evm/batch-settlement/server";
import { ExactEvmScheme as ExactClient } from "@x402/evm/exact/client";
import { ExactEvmScheme as ExactFacilitator } from "@x402/evm/exact/facilitator";
import { ExactEvmScheme as ExactServer } from "@x402/evm/exact/server";
import { wrapFetchWithPayment } from "@x402/fetch";

/** Long, because tests of withdrawals move the chain's clock ahead of the one that payers sign by. */
const MAX_TIMEOUT_SECONDS = 86_400;

export const NETWORK = "eip155:84532";
const URL_PAID = "http://shop.test/paid";

/** npm's reference facilitator, sending as `sender` and signing claims and refunds as `authorizer`. */
export function openFacilitator(chain, sender, authorizer) {
  const signer = toFacilitatorEvmSigner({ ...chain.wallet(sender), address: sender.address });
  const facilitator = new x402Facilitator()
    .register(NETWORK, new BatchFacilitator(signer, authorizer))
    .register(NETWORK, new ExactFacilitator(signer));
  return {
    verify: (payload, requirements) => facilitator.verify(payload, requirements),
    settle: (payload, requirements) => facilitator.settle(payload, requirements),
    getSupported: async () => facilitator.getSupported(),
  };
}

function adapter(request) {
  const url = new URL(request.url);
  return {
    getHeader: (name) => request.headers.get(name) ?? undefined,
    getMethod: () => request.method,
    getPath: () => url.pathname,
    getUrl: () => request.url,
    getAcceptHeader: () => request.headers.get("accept") ?? "",
    getUserAgent: () => request.headers.get("user-agent") ?? "",
  };
}

const answer = ({ status, headers, body }) =>
  new Response(typeof body === "string" ? body : JSON.stringify(body ?? {}), { status, headers });

/**
 * A shop with one paid path.
 *
 * `price` is the most that a call costs, such as "$0.001". Of it the shop takes what `shop.charge` says, in token units,
 * or all of it while that says nothing. With an `authorizer` the shop itself signs claims and refunds.
 */
export async function openShop({ facilitator, receiver, scheme = "batch-settlement", price, authorizer, minDeposit }) {
  const batch = new BatchServer(receiver, { receiverAuthorizerSigner: authorizer });
  const resources = new x402ResourceServer(facilitator).register(NETWORK, batch).register(NETWORK, new ExactServer());
  const offer = { scheme, network: NETWORK, payTo: receiver, price, maxTimeoutSeconds: MAX_TIMEOUT_SECONDS };
  const accepts = { ...offer, ...(minDeposit && { extra: { minDeposit } }) };
  const server = new x402HTTPResourceServer(resources, { "/paid": { accepts } });
  await server.initialize();

  const shop = { batch, manager: batch.createChannelManager(facilitator, NETWORK), charge: undefined, served: 0 };
  shop.fetch = async (input, init) => {
    const request = new Request(input, init);
    const context = { adapter: adapter(request), path: "/paid", method: request.method };
    const result = await server.processHTTPRequest(context);
    if (result.type === "payment-error") return answer(result.response);

    shop.served += 1;
    const settled = await server.processSettlement(
      result.paymentPayload,
      result.paymentRequirements,
      result.declaredExtensions,
      { request: context },
      shop.charge === undefined ? undefined : { amount: shop.charge },
    );
    return settled.success ? answer({ status: 200, headers: settled.headers, body: "served" }) : answer(settled.response);
  };
  return shop;
}

/** npm's client, paying as `account`. A new one has an empty memory and must learn from the chain. */
export function openClient(chain, shop, account, options) {
  const batch = new BatchClient(toClientEvmSigner(account, chain.reads), options);
  const client = new x402Client().register(NETWORK, batch).register(NETWORK, new ExactClient(account));
  const pay = wrapFetchWithPayment(shop.fetch, client);
  return {
    async call() {
      const response = await pay(URL_PAID, { method: "POST", body: "{}" });
      const header = response.headers.get("PAYMENT-RESPONSE");
      return { status: response.status, receipt: header && JSON.parse(Buffer.from(header, "base64").toString()) };
    },
    refund: (amount) => batch.refund(URL_PAID, { fetch: shop.fetch, ...(amount && { amount }) }),
  };
}
