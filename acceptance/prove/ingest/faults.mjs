// What is done to the running stack, by signals and by the database's own means. One fault at a time for each of its parts:
// another seed's that comes meanwhile is left out, and the record says so.
import { connect } from 'node:net';
import { withDatabase } from '../../lib/events.mjs';

const BACK_MS = 120_000;
const LOOK_MS = 100;
/** A slow broker runs this long, and stands still that long, in turn. */
const RUNS_MS = 30;
const STANDS_MS = 120;

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

export class Faults {
  #stack;
  #read;
  #busy = new Set();
  #stopped = new Set();
  #under = new Set();
  /** Everything that was done: `{ seed, what, from, to }`, times of this process' clock. */
  record = [];

  /** @param read gives the stack as it is now: process numbers change */
  constructor(read) {
    this.#read = read;
    this.#stack = read();
    if (!this.#stack.kafka.pid) {
      throw new Error('the broker is no process of its own: start the stack with TALLYSTICK_BROKER_PROCESS=yes');
    }
    process.on('exit', () => this.#continueAll());
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
  }

  /** Begins it and does not wait for its end. */
  begin(seed, { kind, ms, aim }) {
    const [part, act] = {
      'metering killed': ['metering', () => this.#killMetering(aim)],
      'broker killed': ['broker', () => this.#killBroker()],
      'broker stopped': ['broker', () => this.#stopBroker(ms)],
      'broker slow': ['broker', () => this.#slowBroker(ms)],
      'database crashed': ['database', () => this.#crashDatabase()],
      'connections cut': ['database', () => this.#cutConnections()],
    }[kind];
    if (this.#busy.has(part)) {
      this.record.push({ seed, what: `${kind}: left out, something was under way`, from: Date.now(), to: Date.now() });
      return;
    }
    const entry = { seed, what: kind, from: Date.now(), to: Infinity };
    this.record.push(entry);
    this.#busy.add(part);
    const done = act()
      .catch(error => {
        entry.failed = error.message;
      })
      .finally(() => {
        entry.to = Date.now();
        this.#busy.delete(part);
        this.#under.delete(done);
      });
    this.#under.add(done);
  }

  /** When all parts are up again. */
  async over() {
    await Promise.all(this.#under);
  }

  /** What could not be done or did not come back. */
  get failures() {
    return this.record.filter(({ failed }) => failed).map(({ what, failed }) => `${what}: ${failed}`);
  }

  /** What happened, of all seeds, between two times. */
  between(from, to) {
    return this.record
      .filter(entry => entry.from <= to && entry.to >= from)
      .map(({ seed, what, from: begun, to: ended }) => ({ seed, what, atMs: begun - from, ...(ended > begun && isFinite(ended) && { forMs: ended - begun }) }));
  }

  async #killMetering(aim) {
    const { replicas } = this.#read().metering;
    const { pid } = replicas[Math.floor(aim * replicas.length)];
    process.kill(pid, 'SIGKILL');
    await this.#back('metering-service', async () => {
      const found = this.#read().metering.replicas;
      if (found.some(replica => replica.pid === pid)) return false;
      return (await Promise.all(found.map(ready))).every(Boolean);
    });
  }

  async #killBroker() {
    const { pid } = this.#read().kafka;
    process.kill(pid, 'SIGKILL');
    await this.#back('the broker', async () => {
      const { kafka } = this.#read();
      return kafka.pid !== pid && listens(kafka.bootstrapServers);
    });
  }

  async #stopBroker(ms) {
    const { pid } = this.#read().kafka;
    this.#halt(pid);
    await pause(ms);
    this.#resume(pid);
  }

  async #slowBroker(ms) {
    const { pid } = this.#read().kafka;
    for (const end = Date.now() + ms; Date.now() < end; ) {
      this.#halt(pid);
      await pause(STANDS_MS);
      this.#resume(pid);
      await pause(RUNS_MS);
    }
  }

  /** One process of PostgreSQL dies: it ends all others, forgets what was only in memory, and recovers from its log. */
  async #crashDatabase() {
    const pid = await withDatabase(this.#stack.postgres, 'metering', async db => {
      const { rows } = await db.query("select pid from pg_stat_activity where backend_type = 'checkpointer'");
      return rows[0].pid;
    });
    process.kill(pid, 'SIGKILL');
    await this.#back('the database', () => this.#answers(pid));
  }

  #answers(died) {
    return withDatabase(this.#stack.postgres, 'metering', async db => {
      const { rows } = await db.query("select pid from pg_stat_activity where backend_type = 'checkpointer'");
      return rows.length === 1 && rows[0].pid !== died;
    }).catch(() => false);
  }

  async #cutConnections() {
    await withDatabase(this.#stack.postgres, 'metering', db =>
      db.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'metering' and pid <> pg_backend_pid()"),
    );
  }

  async #back(what, look) {
    for (const end = Date.now() + BACK_MS; Date.now() < end; ) {
      if (await look()) return;
      await pause(LOOK_MS);
    }
    throw new Error(`${what} was not back after ${BACK_MS / 1000} s`);
  }

  #halt(pid) {
    process.kill(pid, 'SIGSTOP');
    this.#stopped.add(pid);
  }

  #resume(pid) {
    process.kill(pid, 'SIGCONT');
    this.#stopped.delete(pid);
  }

  /** A broker that stands still would outlive whoever stopped it. */
  #continueAll() {
    for (const pid of this.#stopped) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // It has ended.
      }
    }
  }
}

const ready = ({ managementUrl }) =>
  fetch(`${managementUrl}/q/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    answer => answer.status === 200,
    () => false,
  );

function listens(address) {
  const [host, port] = address.split(':');
  return new Promise(resolve => {
    const socket = connect({ host, port: Number(port) });
    const answer = value => {
      socket.destroy();
      resolve(value);
    };
    socket.on('connect', () => answer(true)).on('error', () => answer(false));
    socket.setTimeout(1_000, () => answer(false));
  });
}
