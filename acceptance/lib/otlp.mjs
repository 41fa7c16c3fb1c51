// A receiver of traces: OTLP over HTTP, in protobuf. Keeps every span it was sent.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

/** What is read of opentelemetry/proto/trace/v1; fields that are not named here are passed over. */
const TRACES = protobuf.parse(`
  syntax = "proto3";
  message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1;
    bytes span_id = 2;
    bytes parent_span_id = 4;
    string name = 5;
    int32 kind = 6;
    fixed64 start_time_unix_nano = 7;
    fixed64 end_time_unix_nano = 8;
    repeated KeyValue attributes = 9;
    repeated Link links = 13;
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`).root.lookupType('ExportTraceServiceRequest');

const PATH = '/v1/traces';
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

const hex = bytes => Buffer.from(bytes ?? []).toString('hex');

function attributes(list = []) {
  return Object.fromEntries(
    // The oneof's own field says which of the others is set.
    list.map(({ key, value }) => [key, value?.value && value[value.value].toString()]),
  );
}

function* spansOf(message) {
  for (const { resource, scopeSpans } of message.resourceSpans ?? []) {
    const service = attributes(resource?.attributes)['service.name'];
    for (const { spans } of scopeSpans ?? []) {
      for (const span of spans ?? []) {
        yield {
          service,
          name: span.name,
          kind: KINDS[span.kind ?? 0],
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parentId: hex(span.parentSpanId),
          start: BigInt(span.startTimeUnixNano.toString()),
          end: BigInt(span.endTimeUnixNano.toString()),
          attributes: attributes(span.attributes),
          links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId: hex(traceId), spanId: hex(spanId) })),
        };
      }
    }
  }
}

/** Listens on a port of the loopback interface until it is closed. */
export async function receiveTraces(port) {
  const spans = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.method !== 'POST' || request.url !== PATH) {
      response.writeHead(404).end();
      return;
    }
    const body = Buffer.concat(parts);
    spans.push(...spansOf(TRACES.decode(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body)));
    // An empty ExportTraceServiceResponse: all was taken.
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    spans,
    /** Those of one trace, by their beginning. */
    trace: id => spans.filter(({ traceId }) => traceId === id).sort((a, b) => (a.start < b.start ? -1 : 1)),
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(resolve));
    },
  };
}
