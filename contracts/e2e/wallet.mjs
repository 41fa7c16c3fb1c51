// A contract wallet at an address of choice.
import { readFile } from "node:fs/promises";
import { pad } from "viem";

const ARTIFACT = new URL("../out/KeyWallet.sol/KeyWallet.json", import.meta.url);
const OWNER_SLOT = 0;

export async function placeWallet(chain, address, owner) {
  const { deployedBytecode } = JSON.parse(await readFile(ARTIFACT, "utf8"));
  await chain.test.setCode({ address, bytecode: deployedBytecode.object });
  await chain.test.setStorageAt({ address, index: OWNER_SLOT, value: pad(owner) });
}
