// An anvil chain of its own, on a free port, with the contracts placed.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createPublicClient, createTestClient, createWalletClient, http, publicActions } from "viem";
import { baseSepolia } from "viem/chains";
import { program } from "../foundry.mjs";
import { place } from "../place.mjs";

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Resolves to the address once `child` listens. */
function listening(child) {
  const address = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`anvil ended with code ${code} before it listened`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /^Listening on (\S+)$/.exec(line);
      if (found) resolve(`http://${found[1]}`);
    });
  });
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("anvil did not start in time")), START_TIMEOUT_MS);
  });
  return Promise.race([address, late]).finally(() => clearTimeout(timer));
}

/** Ends `child` with this process, however this process ends short of being killed outright. */
function endWithThisProcess(child) {
  const kill = () => child.kill("SIGKILL");
  const leave = () => process.exit(1);
  process.once("exit", kill);
  for (const signal of SIGNALS) process.once(signal, leave);
  return async () => {
    process.off("exit", kill);
    for (const signal of SIGNALS) process.off(signal, leave);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (kill()) await ended;
  };
}

/** Starts a chain; `stop()` ends it, as does the end of this process. */
export async function startAnvil() {
  const options = ["--host", "127.0.0.1", "--port", "0", "--chain-id", String(baseSepolia.id)];
  const child = spawn(program("anvil"), options, { stdio: ["ignore", "pipe", "inherit"] });
  const stop = endWithThisProcess(child);
  const url = await listening(child).catch(async (error) => {
    await stop();
    throw error;
  });
  const client = { chain: baseSepolia, transport: http(url), pollingInterval: POLL_MS, cacheTime: 0 };
  return {
    url,
    reads: createPublicClient(client),
    test: createTestClient({ ...client, mode: "anvil" }),
    wallet: (account) => createWalletClient({ ...client, account }).extend(publicActions),
    stop,
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
