// A steady load of signed requests on one resource, and what became of each token that made them.
import { Agent, request } from 'node:http';
import { createHash, randomUUID, sign } from 'node:crypto';

const BEAT_MS = 5;
const TIMEOUT_MS = 10_000;

const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** What a DPoP proof (RFC 9449) says that does not change from one request to the next. */
function proofOf({ token, holder, method, url }) {
  const { kty, crv, x } = holder.jwk;
  const header = encoded({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty, crv, x } });
  const ath = createHash('sha256').update(token).digest('base64url');
  return nonce => {
    const claims = { htm: method, htu: url, iat: Math.floor(Date.now() / 1000), jti: randomUUID(), ath, ...(nonce && { nonce }) };
    const signed = `${header}.${encoded(claims)}`;
    return `${signed}.${sign(null, Buffer.from(signed), holder.privateKey).toString('base64url')}`;
  };
}

/** A token under test, and when it was last taken and first refused, by this process' clock. */
export class Credential {
  constructor({ token, holder, method = 'GET', url }) {
    this.token = token;
    this.proof = proofOf({ token, holder, method, url });
    this.accepted = 0;
    this.refused = 0;
    this.failed = new Map();
    this.lastAccepted = 0;
    this.firstRefused = Infinity;
    /** Accepted although it was sent after a refusal had come back. */
    this.acceptedAfterRefusal = 0;
  }

  /** What was seen until now counts no more. */
  restart() {
    this.refused = 0;
    this.firstRefused = Infinity;
    this.acceptedAfterRefusal = 0;
  }

  took(sent, received, status, why) {
    if (status === 200) {
      this.accepted += 1;
      this.lastAccepted = received;
      this.firstAccepted ??= received;
      if (sent > this.firstRefused) this.acceptedAfterRefusal += 1;
    } else if (status === 401 || status === 503) {
      this.refused += 1;
      this.firstRefused = Math.min(this.firstRefused, received);
      this.why = why;
    } else {
      this.failed.set(why, (this.failed.get(why) ?? 0) + 1);
    }
  }
}

/** Sends `rate` requests a second, each with one of the credentials in turn; never more than `most` at once. */
export class Load {
  #agent;
  #timer;
  #started = performance.now();
  #lastBeat = performance.now();
  #due = 0;
  #turn = 0;
  #open = 0;
  #nonce;
  #url;
  #options;
  credentials = [];
  made = 0;
  heldBack = 0;

  constructor(url, { rate, most = 128 }) {
    this.#url = new URL(url);
    this.#options = { rate, most };
    this.#agent = new Agent({ keepAlive: true, maxSockets: most });
    this.#timer = setInterval(() => this.#beat(), BEAT_MS);
  }

  /** Requests a second since it began. */
  get rate() {
    return Math.round((this.made * 1000) / (performance.now() - this.#started));
  }

  #beat() {
    // By the clock: beats come late when the machine is busy.
    const now = performance.now();
    this.#due += (this.#options.rate * (now - this.#lastBeat)) / 1000;
    this.#lastBeat = now;
    for (; this.#due >= 1; this.#due -= 1) {
      if (this.credentials.length === 0) continue;
      if (this.#open >= this.#options.most) {
        this.heldBack += 1;
        continue;
      }
      this.#send(this.credentials[this.#turn++ % this.credentials.length], true);
    }
  }

  #send(credential, again) {
    this.#open += 1;
    this.made += 1;
    const sent = Date.now();
    const done = (status, why) => {
      this.#open -= 1;
      credential.took(sent, Date.now(), status, why);
    };
    const asked = request(
      this.#url,
      {
        agent: this.#agent,
        timeout: TIMEOUT_MS,
        headers: { authorization: `DPoP ${credential.token}`, dpop: credential.proof(this.#nonce) },
      },
      answer => {
        const nonce = answer.headers['dpop-nonce'];
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('error', error => done(0, error.code ?? error.message));
        answer.on('end', () => {
          if (nonce) this.#nonce = nonce;
          // The first of a series: it is told the nonce, and says so again with it.
          if (answer.statusCode === 401 && again && /use_dpop_nonce/.test(answer.headers['www-authenticate'] ?? '')) {
            this.#open -= 1;
            this.made -= 1;
            this.#send(credential, false);
            return;
          }
          done(answer.statusCode, answer.statusCode === 200 ? '' : reason(Buffer.concat(parts)));
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', error => done(0, error.code ?? error.message));
    asked.end();
  }

  close() {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }
}

function reason(body) {
  try {
    const { type, detail } = JSON.parse(body.toString());
    return `${type?.split('/').at(-1)}: ${detail}`;
  } catch {
    return body.toString().slice(0, 100);
  }
}
