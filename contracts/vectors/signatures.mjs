// A voucher's signature as anybody may send it, and which of them a claim can carry. The contract takes 65 bytes with
// v 27 or 28 and the lower s; recovering more than that off chain would book what the chain then refuses.
import { concat, hashTypedData, numberToHex, parseSignature, serializeCompactSignature, signatureToCompactSignature, size, slice } from "viem";
import { CHANNEL, ESCROW_DOMAIN, people } from "./cast.mjs";
import { TYPES, channelId, sign } from "./typed-data.mjs";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const join = (r, s, v) => concat([r, s, numberToHex(v, { size: 1 })]);
const word = (number) => numberToHex(number, { size: 32 });

export async function signatures() {
  const message = { channelId: channelId(CHANNEL), maxClaimableAmount: 1_003n };
  const good = await sign(people.payer, ESCROW_DOMAIN, "Voucher", message);
  const { r, s, yParity } = parseSignature(good);
  const v = 27 + yParity;
  const highS = word(ORDER - BigInt(s));
  const compact = serializeCompactSignature(signatureToCompactSignature({ r, s, yParity }));
  const stranger = await sign(people.receiver, ESCROW_DOMAIN, "Voucher", message);

  const rows = [
    ["65 bytes, low s, v 27 or 28", good, true],
    ["by a stranger", stranger, false],
    ["v 0 or 1", join(r, s, yParity), false],
    ["v 29", join(r, s, 29), false],
    ["the other v", join(r, s, 55 - v), false],
    ["high s with the v that belongs to it", join(r, highS, 55 - v), false],
    ["high s", join(r, highS, v), false],
    ["EIP-2098, 64 bytes", compact, false],
    ["64 bytes: v is missing", slice(good, 0, 64), false],
    ["66 bytes: one is too many", concat([good, "0x00"]), false],
    ["empty", "0x", false],
    ["r of zero", join(word(0n), s, v), false],
    ["s of zero", join(r, word(0n), v), false],
    ["r not below the group's order", join(word(ORDER), s, v), false],
    ["all zeroes", `0x${"00".repeat(65)}`, false],
  ];
  return {
    about: "Signatures over one voucher; `accepted` says which a claim may carry. The contract's own tests run the same table.",
    signer: people.payer.address,
    digest: hashTypedData({ domain: ESCROW_DOMAIN, types: { Voucher: TYPES.Voucher }, primaryType: "Voucher", message }),
    message,
    vectors: rows.map(([name, signature, accepted]) => ({ name, signature, bytes: size(signature), accepted })),
  };
}
