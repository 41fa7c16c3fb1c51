// An anvil chain of its own, on a free port, with the contracts placed.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createPublicClient, createTestClient, createWalletClient, http, publicActions } from "viem";
import { baseSepolia } from "viem/chains";
import { program } from "../foundry.mjs";
import { place } from "../place.mjs";

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

function listening(child) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("anvil did not start in time")), START_TIMEOUT_MS);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /^Listening on (\S+)$/.exec(line);
      if (!address) return;
      clearTimeout(timer);
      resolve(`http://${address[1]}`);
    });
  });
}

/** Starts a chain; `stop()` ends it, as does the end of this process. */
export async function startAnvil() {
  const options = ["--host", "127.0.0.1", "--port", "0", "--chain-id", String(baseSepolia.id)];
  const child = spawn(program("anvil"), options, { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await listening(child);
  const transport = http(url);
  const client = { chain: baseSepolia, transport, pollingInterval: POLL_MS, cacheTime: 0 };
  return {
    url,
    reads: createPublicClient(client),
    test: createTestClient({ ...client, mode: "anvil" }),
    wallet: (account) => createWalletClient({ ...client, account }).extend(publicActions),
    async stop() {
      process.off("exit", kill);
      kill();
      await ended;
    },
  };
}

/** A chain on which everything stands, and `funds` (address → units) are minted. */
export async function startChain(funds = {}) {
  const anvil = await startAnvil();
  try {
    await place(anvil.url, funds);
    return anvil;
  } catch (error) {
    await anvil.stop();
    throw error;
  }
}
