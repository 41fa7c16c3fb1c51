#!/usr/bin/env node
// Runs a program of npm's @foundry-rs packages: `node foundry.mjs forge test`. Not through their own launcher packages:
// those answer 0 whatever the program said, leave it running when they are killed, and make npm ci refuse a lock that was
// written where a platform's package was not to be had.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ARCHITECTURES = { x64: "amd64", arm64: "arm64" };

const require = createRequire(import.meta.url);

/** The path of `tool` ("forge", "anvil") for this machine. */
export function program(tool) {
  const name = `@foundry-rs/${tool}-${process.platform}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  try {
    return require.resolve(`${name}/bin/${tool}`);
  } catch (cause) {
    const version = require("./package.json").optionalDependencies["@foundry-rs/anvil-linux-amd64"];
    throw new Error(`${name} is not installed: npm ci, or npm install --no-save ${name}@${version}`, { cause });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [tool, ...options] = process.argv.slice(2);
  const { status, error } = spawnSync(program(tool), options, { stdio: "inherit" });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
