#!/usr/bin/env node
// The Solidity compiler of npm's `solc` package with the two options of the native program that forge uses.
import { readFileSync, writeSync } from "node:fs";
import solc from "solc";

/** Writes all of `text`, however slowly the reader takes it. */
function print(text) {
  const bytes = Buffer.from(text);
  for (let offset = 0; offset < bytes.length; ) {
    try {
      offset += writeSync(1, bytes, offset);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

const options = process.argv.slice(2);
if (options.includes("--version")) {
  print(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (options.includes("--standard-json")) {
  print(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write(`solc.mjs knows --version and --standard-json, not ${options.join(" ")}\n`);
  process.exitCode = 2;
}
