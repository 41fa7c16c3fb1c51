// Requests that nobody should send, made of what a service says of itself (OpenAPI) and broken. A request is a function of its
// seed and its number, so that one can be sent again.
import { numbers } from '../ingest/plan.mjs';

const TEXTS = [
  '', ' ', '0', '-1', '1', '1e400', '9'.repeat(400), '9223372036854775808', '-9223372036854775809', 'NaN', 'null', 'true', '[]', '{}',
  "'; drop table meter; --", '%', '%00', '%ff', '%ed%a0%80', '%2e%2e%2f', '..', '../../q/health', 'a'.repeat(300), 'ä', '\u{1F600}', '￿',
  '$.a[0]', '$', '$[', "$['a']['']", '*', '\\', '"', '2026-01-01T00:00:00Z', '2026-13-01T00:00:00Z', '+1000000000-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z', 'HOUR', 'hour', 'DAY', 'Europe/Berlin', 'Etc/GMT+99', 'SUM', 'tokens', 'did:key:z', '0x', '0'.repeat(64), 'prompt',
];
const VALUES = [
  null, true, false, 0, -1, 1, 0.1, 1e308, 2 ** 53, -(2 ** 63), '', 'x', '\u0000', '\ud800', 'a'.repeat(70_000), [], [[]], {}, { '': '' }, { a: null },
  '1'.repeat(300), '1e999999', [null], Array(200).fill('x'), { __proto__: 1, toString: 1 },
];
const PIECES = ['"', '{', '}', '[', ']', ',', ':', '\\', '\\u0000', '\\ud800', '\u0000', '\ufeff', '[' .repeat(2_000), '{"a":'.repeat(500), '1e999999999', 'é', '\xff'];
const TYPES = [
  'application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json; charset=utf-16', 'text/plain', 'text/csv',
  'application/x-www-form-urlencoded', 'multipart/form-data', 'application/json;', ';', 'application/', 'x', '*/*', 'application/vnd.api+json;v="1',
];
const ACCEPTS = ['application/json', 'text/csv', '*/*', 'text/html', 'application/json;q=x', ';', 'a/b, c', '*/json', ''];
const ENCODINGS = ['gzip', 'deflate', 'br', 'identity', 'gzip, gzip', 'x'];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** Beside what the document names: routes that are none of Quarkus REST's. */
const ROUTES = [
  ['POST', '/v1/embeddings'], ['POST', '/v1/chat/completions'], ['GET', '/v1/embeddings'], ['GET', '/v1/models'], ['POST', '/v1/nothing'], ['GET', '/'],
];

const event = next => ({
  specversion: '1.0', id: `f-${Math.floor(next() * 1e6)}`, source: 'fuzz', type: 'fuzz', subject: 's', data: { tokens: Math.floor(next() * 9) },
});

/** Operations of a document: `{ method, path, parameters, schema }`. */
export function operationsOf(document) {
  const operations = ROUTES.map(([method, path]) => ({ method, path, parameters: [], schema: undefined }));
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (!METHODS.includes(method.toUpperCase())) continue;
      const content = Object.values(operation.requestBody?.content ?? {})[0];
      operations.push({
        method: method.toUpperCase(),
        path,
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])],
        schema: content?.schema,
      });
    }
  }
  return operations;
}

export class Hostile {
  #operations;
  #schemas;
  #seed;

  constructor(document, seed) {
    this.#operations = operationsOf(document);
    this.#schemas = document.components?.schemas ?? {};
    this.#seed = seed;
  }

  get operations() {
    return this.#operations.length;
  }

  /** @returns {{ method: string, path: string, headers: object, body?: Buffer, chunked: boolean }} */
  request(number) {
    const next = numbers(this.#seed * 1_000_003 + number);
    // The first numbers of neighbours are much alike.
    for (let i = 0; i < 4; i++) next();
    const any = list => list[Math.floor(next() * list.length)];
    const operation = any(this.#operations);
    const method = next() < 0.95 ? operation.method : any(METHODS);
    const headers = { authorization: next() < 0.9 ? 'token' : any(['', 'Bearer', 'Bearer x.y.z', 'Basic eDp5', 'DPoP x', 'Bearer ' + 'a'.repeat(5_000)]) };
    const path = this.#path(operation, next, any);
    let body;
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method) || next() < 0.05) {
      body = this.#body(operation, next, any);
      headers['content-type'] = next() < 0.75 ? TYPES[/events/.test(path) ? Math.floor(next() * 3) : 0] : any(TYPES);
      if (next() < 0.05) delete headers['content-type'];
      if (next() < 0.05) headers['content-encoding'] = any(ENCODINGS);
      if (/events/.test(path) && next() < 0.2) Object.assign(headers, this.#binary(next, any));
    }
    if (next() < 0.2) headers.accept = any(ACCEPTS);
    if (next() < 0.03) headers['x-' + 'h'.repeat(20)] = 'v'.repeat(any([100, 8_000, 39_000]));
    if (next() < 0.05) headers[any(['dpop', 'signature', 'signature-input', 'payment-signature', 'x-payment', 'traceparent', 'range', 'if-match', 'forwarded'])] = latin(any(TEXTS));
    return { method, path, headers, body, chunked: next() < 0.1 };
  }

  #path(operation, next, any) {
    const path = operation.path.replace(/\{[^}]*\}/g, () => (next() < 0.4 ? any(['tokens', 'fuzz', 'requests', 'model']) : escaped(any(TEXTS))));
    const query = [];
    for (const { name, in: place } of operation.parameters) {
      if (place !== 'query') continue;
      for (let times = next() < 0.5 ? 1 : next() < 0.2 ? 3 : 0; times > 0; times--) query.push(`${escaped(name)}=${escaped(any(TEXTS))}`);
    }
    if (next() < 0.05) query.push(any(['=', '&&', '%', 'a', 'filterGroupBy[x]=y', 'filterGroupBy[=1', '?']));
    const whole = path + (query.length > 0 ? `?${query.join('&')}` : '');
    return next() < 0.03 ? whole.replace(/[a-z]/, '//') : whole;
  }

  #binary(next, any) {
    const headers = {};
    for (const name of ['specversion', 'id', 'source', 'type', 'subject', 'time']) {
      if (next() < 0.9) headers[`ce-${name}`] = name === 'specversion' ? '1.0' : latin(any(TEXTS));
    }
    return headers;
  }

  #body(operation, next, any) {
    if (next() < 0.02) return Buffer.alloc(any([0, 1, 5 << 20, 11 << 20]), any(['[', ' ', '0', '{"a":']));
    let value = /events/.test(operation.path)
      ? Array.from({ length: 1 + Math.floor(next() * 5) }, () => event(next))
      : this.#valueOf(operation.schema, next, any, 0);
    for (let times = Math.floor(next() * 4); times > 0; times--) value = changed(value, next, any);
    let text = JSON.stringify(value) ?? '';
    if (next() < 0.3) {
      const at = Math.floor(next() * text.length);
      text = text.slice(0, at) + (next() < 0.6 ? any(PIECES) : '') + text.slice(at + Math.floor(next() * 4));
    }
    const bytes = Buffer.from(text);
    if (bytes.length > 0 && next() < 0.2) bytes[Math.floor(next() * bytes.length)] ^= 1 << Math.floor(next() * 8);
    return bytes;
  }

  /** Something that the schema describes, more or less. */
  #valueOf(schema, next, any, deep) {
    if (!schema || deep > 5) return any(VALUES);
    if (schema.$ref) return this.#valueOf(this.#schemas[schema.$ref.split('/').at(-1)], next, any, deep + 1);
    const types = [schema.type ?? 'object'].flat();
    if (schema.enum && next() < 0.8) return any(schema.enum);
    if (types.includes('array')) return Array.from({ length: Math.floor(next() * 3) }, () => this.#valueOf(schema.items, next, any, deep + 1));
    if (types.includes('integer') || types.includes('number')) return any([0, 1, -1, 1e15, 0.5]);
    if (types.includes('boolean')) return next() < 0.5;
    if (types.includes('string')) return any(TEXTS);
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(() => next() < 0.9)
        .map(([name, of]) => [name, this.#valueOf(of, next, any, deep + 1)]),
    );
  }
}

/** One place of it replaced, removed or repeated. */
function changed(value, next, any) {
  if (value === null || typeof value !== 'object' || next() < 0.15) return any(VALUES);
  if (Array.isArray(value)) {
    if (value.length === 0 || next() < 0.2) return [...value, ...value, any(VALUES)];
    const at = Math.floor(next() * value.length);
    return value.map((item, i) => (i === at ? changed(item, next, any) : item));
  }
  const names = Object.keys(value);
  if (names.length === 0 || next() < 0.15) return { ...value, [any(TEXTS)]: any(VALUES) };
  const name = any(names);
  if (next() < 0.2) return Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
  return { ...value, [name]: changed(value[name], next, any) };
}

/** Some as they stand, as far as a request line can hold them. */
const escaped = text => (/^[!-~]*$/.test(text) && /^%/.test(text) ? text : encodeURIComponent(text.toWellFormed?.() ?? text));

/** What a header can hold. */
const latin = text => Buffer.from(text, 'utf8').toString('latin1').replace(/[\u0000-\u001f\u007f]/g, '?');
