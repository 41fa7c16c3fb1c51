// What Kafka and PostgreSQL hold, read without our services.
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';

/** How many records each topic holds by its offsets: newest minus oldest, over all partitions. */
export async function offsets(bootstrapServers, topics) {
  const kafka = new Kafka({ clientId: 'acceptance', brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const counts = {};
    for (const topic of topics) {
      const partitions = await admin.fetchTopicOffsets(topic);
      counts[topic] = partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
    }
    return counts;
  } finally {
    await admin.disconnect();
  }
}

/** Runs `use` with a client of one service's database. */
export async function withDatabase({ host, port, user, password }, database, use) {
  const client = new pg.Client({ host, port, user, password, database });
  // A connection that is cut says so here, and where its statement waits.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
