// What PostgreSQL and Kafka hold of a seed's events, read without our services, and whether it is what was acknowledged.
import { Kafka, logLevel } from 'kafkajs';
import { withDatabase } from '../../lib/events.mjs';

const TOPIC = 'usage.recorded';
const READ_MS = 180_000;
const LOOK_MS = 250;

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/**
 * Compares one seed's events with what is held of them.
 *
 * @param expected {@code { id, tokens }} of each event that was acknowledged, once
 * @param held {@code rows}: `{ id, quantity }` of each record; {@code series}, {@code answered}: sums, as decimal text;
 *     {@code deadLetters}: how many
 */
export function judge(expected, { rows, series, answered, deadLetters }) {
  const tokens = new Map(expected.map(event => [event.id, event.tokens]));
  const seen = new Map();
  for (const { id } of rows) seen.set(id, (seen.get(id) ?? 0) + 1);
  const lost = expected.filter(({ id }) => !seen.has(id)).length;
  const doubled = [...seen.values()].reduce((sum, times) => sum + times - 1, 0);
  const wrong = [];
  const strangers = [...seen.keys()].filter(id => !tokens.has(id));
  if (strangers.length > 0) wrong.push(`${strangers.length} records of no event that was acknowledged, such as ${strangers[0]}`);
  const other = rows.filter(({ id, quantity }) => tokens.has(id) && Number(quantity) !== tokens.get(id));
  if (other.length > 0) wrong.push(`${other.length} records with another quantity, such as ${other[0].id}: ${other[0].quantity}`);
  const sum = expected.reduce((total, event) => total + BigInt(event.tokens), 0n);
  if (Number(series) !== Number(sum)) wrong.push(`series hold ${series}, acknowledged were ${sum}`);
  if (Number(answered) !== Number(sum)) wrong.push(`the API answers ${answered}, acknowledged were ${sum}`);
  if (deadLetters !== 0) wrong.push(`${deadLetters} dead letters`);
  return { lost, doubled, wrong };
}

export class Books {
  #stack;
  #slug;
  #query;

  /** @param query answers the API's total of one subject */
  constructor(stack, { slug, query }) {
    this.#stack = stack;
    this.#slug = slug;
    this.#query = query;
  }

  /** Where the log ends now, by partition; tried until the broker says. */
  async ends() {
    return this.#patiently('the end of the log', async () => {
      const brokers = this.#stack.kafka.bootstrapServers.split(',');
      const admin = new Kafka({ clientId: 'proof', brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
      try {
        await admin.connect();
        return await admin.fetchTopicOffsets(TOPIC);
      } finally {
        await admin.disconnect();
      }
    });
  }

  /** Waits until the log is read as far as it went. */
  async read(ends) {
    await this.#patiently('the log is read', async () => {
      const at = await this.#database(db => db.query('select partition, next_offset from consumer_offset where topic = $1', [TOPIC]));
      const positions = new Map(at.rows.map(row => [row.partition, Number(row.next_offset)]));
      const behind = ends.filter(({ partition, high }) => (positions.get(partition) ?? 0) < Number(high));
      if (behind.length > 0) throw new Error(`${behind.length} partitions are behind`);
      return true;
    });
  }

  /** What is held of the events of one source. */
  async held({ source, subjects }) {
    return this.#patiently('what is held', () =>
      this.#database(async db => {
        const rows = await db.query(
          'select event_id id, (select coalesce(sum(one), 0) from unnest(quantity) one)::text quantity from usage_record where source = $1',
          [source],
        );
        const series = await db.query(
          'select coalesce(sum(added - voided), 0)::text total from series where meter = $1 and subject = any($2)',
          [this.#slug, subjects],
        );
        const letters = await db.query('select count(*)::int n from dead_letter where source = $1', [source]);
        let answered = 0;
        for (const subject of subjects) answered += await this.#query(subject);
        return { rows: rows.rows, series: series.rows[0].total, answered: String(answered), deadLetters: letters.rows[0].n };
      }),
    );
  }

  #database(use) {
    return withDatabase(this.#stack.postgres, 'metering', use);
  }

  async #patiently(what, ask) {
    let last;
    for (const end = Date.now() + READ_MS; Date.now() < end; await pause(LOOK_MS)) {
      try {
        return await ask();
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`${what}: not after ${READ_MS / 1000} s: ${last?.message}`);
  }
}
