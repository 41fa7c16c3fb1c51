// A careful client: it sends each request until it is acknowledged, with another time on each try.
const ACKNOWLEDGED_MS = 180_000;
const TRY_MS = 15_000;
const REST_MS = 100;
/** Copies of an event lie up to so far apart: in another hour, in another series. */
const SPREAD_MS = 3 * 3_600_000;

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const WIRES = {
  batch: { path: '/v1/events', type: 'application/cloudevents-batch+json' },
  single: { path: '/v1/events', type: 'application/cloudevents+json' },
  openmeter: { path: '/api/v1/events', type: 'application/cloudevents-batch+json' },
};

export class Traffic {
  #plan;
  #names;
  #url;
  #token;
  #begin;
  tries = 0;
  /** Tries that had no answer, and those that were told to come back. */
  unanswered = 0;
  refused = 0;
  acknowledged = new Set();
  /** What must not happen: another answer, a receipt that names fewer events, a request that is never acknowledged. */
  wrong = [];

  /**
   * @param names {@code { type, source, subjects }} of its events
   * @param token asked for with each try
   * @param begin told of each fault when its request comes
   */
  constructor(plan, { names, url, token, begin }) {
    this.#plan = plan;
    this.#names = names;
    this.#url = url;
    this.#token = token;
    this.#begin = begin;
  }

  /** Sends all of it. */
  async send() {
    let next = 0;
    const faults = [...this.#plan.faults];
    const sender = async () => {
      while (next < this.#plan.requests.length) {
        const number = next++;
        while (faults.length > 0 && faults[0].before <= number) this.#begin(faults.shift());
        const request = this.#plan.requests[number];
        await Promise.all(Array.from({ length: request.copies }, (_, copy) => this.deliver(request, number + copy)));
      }
    };
    await Promise.all(Array.from({ length: this.#plan.senders }, sender));
  }

  async deliver(request, salt) {
    const end = Date.now() + ACKNOWLEDGED_MS;
    for (let attempt = 0; Date.now() < end; attempt++) {
      this.tries += 1;
      if (await this.#tried(request, salt + 7 * attempt)) {
        for (const item of request.items) this.acknowledged.add(this.#plan.events[item].id);
        return;
      }
      await pause(REST_MS);
    }
    this.wrong.push(`a request was not acknowledged in ${ACKNOWLEDGED_MS / 1000} s`);
  }

  async #tried(request, salt) {
    const { path, type } = WIRES[request.wire];
    let answer;
    let text;
    try {
      answer = await fetch(this.#url + path, {
        method: 'POST',
        signal: AbortSignal.timeout(TRY_MS),
        headers: { authorization: `Bearer ${await this.#token()}`, 'content-type': type },
        body: this.#body(request, salt),
      });
      text = await answer.text();
    } catch {
      this.unanswered += 1;
      return false;
    }
    if (answer.status === 204 && request.wire === 'openmeter') return true;
    if (answer.status === 202 && request.wire !== 'openmeter') {
      const { accepted, refused } = JSON.parse(text);
      if (accepted === request.items.length && refused.length === 0) return true;
    }
    if (answer.status === 503 && answer.headers.has('retry-after')) {
      this.refused += 1;
    } else {
      this.wrong.push(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    }
    return false;
  }

  #body(request, salt) {
    const events = request.items.map(item => this.#event(item, salt));
    return JSON.stringify(request.wire === 'single' ? events[0] : events);
  }

  #event(item, salt) {
    const { id, subject, tokens } = this.#plan.events[item];
    const { type, source, subjects } = this.#names;
    const ago = (item * 7_919 + salt * 1_299_709) % SPREAD_MS;
    // Some have no time, which is then their arrival.
    const time = (item + salt) % 9 === 0 ? {} : { time: new Date(Date.now() - ago).toISOString() };
    return { specversion: '1.0', id, source, type, subject: subjects[subject], ...time, data: { tokens } };
  }
}
