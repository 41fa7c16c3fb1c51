// Breaches of the rule, committed on purpose in the running system, so that the proof is seen to notice them.

/** What a memory that is dropped too early does: the events of the first request come late, and are counted again. */
async function forgetClaims({ plan, traffic, books, database }) {
  await books.read(await books.ends());
  await database(db => db.query('delete from event_claim'));
  await traffic.deliver(plan.requests[0], 3);
}

/**
 * What a reader does that moves on before it has counted: the position is moved over events that were acknowledged. The
 * reader is fenced off meanwhile by the lock on its row, and then believes the database, as it must.
 */
async function skipRecords({ plan, traffic, books, database }) {
  await books.read(await books.ends());
  await database(async db => {
    await db.query('begin');
    await db.query("select 1 from consumer_offset where topic = 'usage.recorded' for update");
    plan.events.push({ id: `${plan.seed}-skipped`, subject: 0, tokens: 1 });
    await traffic.deliver({ wire: 'single', items: [plan.events.length - 1], copies: 1 }, 0);
    for (const { partition, high } of await books.ends()) {
      await db.query("update consumer_offset set next_offset = $2 where topic = 'usage.recorded' and partition = $1", [partition, high]);
    }
    await db.query('commit');
  });
}

export const PLANTS = { 'forget-claims': forgetClaims, 'skip-records': skipRecords };
