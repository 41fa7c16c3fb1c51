// Writes the golden vectors: `node vectors/make.mjs`. `node vectors/make.mjs --check` only says whether they are up to date.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { calldata } from "./calldata.mjs";
import { signatures } from "./signatures.mjs";
import { transactions } from "./transactions.mjs";
import { typedData } from "./typed-data.mjs";

const FILES = {
  "typed-data.json": typedData,
  "signatures.json": signatures,
  "calldata.json": calldata,
  "transactions.json": transactions,
};

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Every number is a decimal string, so that no reader loses digits. */
const decimal = (_key, value) => (typeof value === "bigint" || typeof value === "number" ? value.toString() : value);

/** File name → text of all vector files, as viem makes them now. */
export async function makeVectors() {
  const texts = Object.entries(FILES).map(async ([file, make]) => [file, `${JSON.stringify(await make(), decimal, 2)}\n`]);
  return Object.fromEntries(await Promise.all(texts));
}

/** The vector files whose committed text is not what viem makes now. */
export async function staleVectors() {
  const made = Object.entries(await makeVectors());
  const stale = await Promise.all(
    made.map(async ([file, text]) => ((await readFile(path(file), "utf8").catch(() => "")) === text ? [] : [file])),
  );
  return stale.flat();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const stale = await staleVectors();
    if (stale.length > 0) {
      console.error(`out of date: ${stale.join(", ")}; run node vectors/make.mjs`);
      process.exitCode = 1;
    }
  } else {
    for (const [file, text] of Object.entries(await makeVectors())) {
      await writeFile(path(file), text);
    }
  }
}
