#!/usr/bin/env node
// Puts what ./tallystick bench identity measured into one table of Markdown.
//
//   node report.mjs <JMH's JSON> <lines of the peers> <line of the token load> [quick]
import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

const [jmh, peers, load, quick] = process.argv.slice(2);
const NAMES = {
  'AccessTokens.verified': 'an access token verified, parse and claims included (`AccessTokenVerifier`)',
  'AccessTokens.ed25519OfTheJdk': "the JDK's own Ed25519 alone, over the same bytes",
  'WebvhLogs.verifiedFromText': n => `a did:webvh of ${n} entries resolved, verified from its text`,
  'WebvhLogs.remembered': n => `a did:webvh of ${n} entries resolved, verified before`,
};

const ours = JSON.parse(readFileSync(jmh, 'utf8')).flatMap(({ benchmark, params, primaryMetric, secondaryMetrics }) => {
  const name = NAMES[benchmark.split('.').slice(-2).join('.')];
  if (typeof name === 'function' && !params) return [];
  return {
    name: typeof name === 'function' ? name(params.entries) : name,
    perSecond: primaryMetric.score,
    error: primaryMetric.scoreError,
    cpuMicros: secondaryMetrics.cpu.score,
  };
});
const lines = file => readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line));
const others = [...lines(peers), ...lines(load)].map(({ name, operations, seconds, cpuSeconds }) => ({
  name,
  perSecond: operations / seconds,
  cpuMicros: (cpuSeconds / operations) * 1e6,
}));

const round = number => Number(number.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 2 });
const row = ({ name, perSecond, error, cpuMicros }) => {
  const spread = Number.isFinite(Number(error)) ? ` ± ${round(Number(error))}` : '';
  return `| ${name} | ${round(perSecond)}${spread} | ${round(cpuMicros)} | ${round(1e6 / cpuMicros)} |`;
};

console.log(`# bench identity${quick ? ' quick: figures that are none to keep' : ''}

${new Date().toISOString()}, ${cpus()[0].model}, ${cpus().length} cores, ${round(totalmem() / 2 ** 30)} GiB, Linux ${release()},
Node ${process.version}.

| what | a second, as it ran | CPU µs each | for a second of CPU |
|---|---:|---:|---:|
${[...ours, ...others].map(row).join('\n')}`);
