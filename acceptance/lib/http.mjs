// One call of a service's API, or an error that says what the service said.
const TIMEOUT_MS = 30_000;

export class Refused extends Error {
  constructor(method, url, status, body) {
    const said = typeof body === 'string' ? body : JSON.stringify(body);
    super(`${method} ${url} answered ${status}: ${said.slice(0, 500)}`);
    this.status = status;
    this.body = body;
  }
}

/** The parsed answer of a 2xx; {@link Refused} for anything else. */
export async function call(method, url, { token, body, headers = {} } = {}) {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const parsed = /json/.test(answer.headers.get('content-type') ?? '') && text ? JSON.parse(text) : text;
  if (!answer.ok) throw new Refused(method, url, answer.status, parsed);
  return parsed;
}

/** Asks again until the answer is what is waited for; the last answer is in the error. */
export async function until(what, seconds, ask) {
  const deadline = Date.now() + seconds * 1000;
  let last = { value: 'nothing' };
  while (Date.now() < deadline) {
    last = await ask();
    if (last.done) return last.value;
    await new Promise(resolve => setTimeout(resolve, 250));
  }
  throw new Error(`${what}: not after ${seconds} s; last seen ${JSON.stringify(last?.value, bigText)}`);
}

const bigText = (_, value) => (typeof value === 'bigint' ? value.toString() : value);
