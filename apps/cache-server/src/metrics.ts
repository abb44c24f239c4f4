import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof makeMetrics>;

/** Counters of one server, in a registry of its own. */
export function makeMetrics(connections: () => Promise<number>) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'itool_cache_connections',
    help: 'Open connections',
    registers,
    async collect() {
      this.set(await connections());
    },
  });
  return {
    registry,
    reads: new Counter({
      name: 'itool_cache_reads_total',
      help: 'Reads of entries: hit, miss or altered',
      labelNames: ['kind', 'result'] as const,
      registers,
    }),
    writes: new Counter({
      name: 'itool_cache_writes_total',
      help: 'Writes of entries: created, exists or the reason of the refusal',
      labelNames: ['kind', 'result'] as const,
      registers,
    }),
    received: new Counter({ name: 'itool_cache_received_bytes_total', help: 'Bytes of entries created', registers }),
    sent: new Counter({ name: 'itool_cache_sent_bytes_total', help: 'Bytes of entries sent', registers }),
    events: new Counter({
      name: 'itool_cache_audit_events_total',
      help: 'Lines of the audit log',
      labelNames: ['event'] as const,
      registers,
    }),
    seconds: new Histogram({
      name: 'itool_cache_request_seconds',
      help: 'Time until a request was answered in full',
      labelNames: ['method', 'status'] as const,
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
  };
}
