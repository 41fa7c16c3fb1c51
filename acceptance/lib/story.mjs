// What the demo says on the terminal.
const WIDTH = 100;
const started = Date.now();

const seconds = since => ((Date.now() - since) / 1000).toFixed(1);

/** Token units as an amount of a token with six decimals: 1234 is 0.001234. */
export const usdc = units => {
  const text = units.toString().padStart(7, '0');
  return `${text.slice(0, -6)}.${text.slice(-6)} USDC`;
};

/** Runs one part of the story under a heading and says how long it took. */
export async function part(title, tell) {
  const since = Date.now();
  console.log(`\n${title} ${'─'.repeat(Math.max(3, WIDTH - title.length - 1))}`);
  const result = await tell();
  console.log(`  (${seconds(since)} s)`);
  return result;
}

export const say = text => console.log(`  ${text}`);

/** Two columns: what, and how much. */
export const line = (what, value) => console.log(`  ${what.padEnd(58)} ${value}`);

export const total = () => `${seconds(started)} s`;
