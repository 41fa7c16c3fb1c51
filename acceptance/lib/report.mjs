// A provider's own server reports usage with OpenMeter's SDK, unmodified.
import { randomUUID } from 'node:crypto';
import { OpenMeter } from '@openmeter/sdk';
import { until } from './http.mjs';
import { line } from './story.mjs';

const EVENTS = 1000;
const BATCH = 100;
const SUBJECT = 'cust-1';
const MODELS = ['sonnet-mini', 'opus-large'];
const VISIBLE_SECONDS = 60;

export async function reportUsage(stack, shop, reporter) {
  const run = randomUUID();
  const events = Array.from({ length: EVENTS }, (_, i) => ({
    id: `${run}-${i}`,
    source: 'acme-inference',
    specversion: '1.0',
    type: 'prompt',
    subject: SUBJECT,
    time: new Date(),
    // Numbers may be strings; every third of ours is.
    data: { tokens: i % 3 === 0 ? String(50 + (i % 7)) : 50 + (i % 7), model: MODELS[i % MODELS.length] },
  }));
  const byModel = Object.fromEntries(
    MODELS.map(model => [
      model,
      events.filter(event => event.data.model === model).reduce((sum, event) => sum + BigInt(event.data.tokens), 0n),
    ]),
  );

  const openmeter = new OpenMeter({
    baseUrl: stack.metering.url,
    apiKey: await reporter.token('metering-service', 'usage:write'),
  });
  for (let i = 0; i < EVENTS; i += BATCH) await openmeter.events.ingest(events.slice(i, i + BATCH));
  // What a server does that lost an answer: the whole batch once more.
  await openmeter.events.ingest(events.slice(0, BATCH));
  line(`${EVENTS} events sent, ${BATCH} of them twice`, `subject ${SUBJECT}`);

  const tokens = Object.values(byModel).reduce((sum, units) => sum + units, 0n);
  const windows = await until('the reported usage', VISIBLE_SECONDS, async () => {
    const answer = await shop.metering(
      'GET',
      `/api/v1/meters/tokens_used/query?windowSize=HOUR&groupBy=model&subject=${SUBJECT}`,
    );
    const seen = answer.data.reduce((sum, window) => sum + BigInt(window.value), 0n);
    return { done: seen === tokens, value: answer.data };
  });
  for (const { windowStart, groupBy, value } of windows) line(`hour ${windowStart}, ${groupBy.model}`, `${value} tokens`);
  return { subject: SUBJECT, sent: BigInt(EVENTS + BATCH), distinct: BigInt(EVENTS), tokens, byModel, windows };
}
