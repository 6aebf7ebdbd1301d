/** Prometheus metrics: what an operator's dashboard and alerts are made from. No ids in labels. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Records, Status } from '../core/records.ts';

const SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

export interface Metrics {
  /** A job ended: waiting and running times in milliseconds. */
  finished(kind: string, status: Status, waitMs: number, runMs: number): void;
  /** One denoising step, milliseconds. */
  step(ms: number): void;
  render(): Promise<{ body: string; contentType: string }>;
}

export function createMetrics(records: Pick<Records, 'counts'>, engineMemory: () => Promise<number>): Metrics {
  const registers = [new Registry()];
  collectDefaultMetrics({ register: registers[0]!, prefix: 'atelier_' });
  const wait = new Histogram({
    name: 'atelier_job_wait_seconds',
    help: 'From asked to started',
    labelNames: ['kind', 'status'],
    buckets: SECONDS,
    registers,
  });
  const run = new Histogram({
    name: 'atelier_job_run_seconds',
    help: 'From started to ended',
    labelNames: ['kind', 'status'],
    buckets: SECONDS,
    registers,
  });
  const step = new Histogram({
    name: 'atelier_engine_step_seconds',
    help: 'One denoising step',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  new Gauge({
    name: 'atelier_jobs',
    help: 'Generations received, queued or running, by kind; ended ones are counted by the histograms',
    labelNames: ['kind', 'state'],
    registers,
    async collect() {
      this.reset();
      const counts = await records.counts().catch(() => []); // readiness tells of the database; the rest is still true
      for (const { kind, status, count } of counts) this.set({ kind, state: status }, count);
    },
  });
  new Gauge({
    name: 'atelier_engine_memory_bytes',
    help: 'Resident memory of the engine processes',
    registers,
    async collect() {
      this.set(await engineMemory());
    },
  });
  return {
    finished: (kind, status, waitMs, runMs) => {
      wait.observe({ kind, status }, waitMs / 1000);
      run.observe({ kind, status }, runMs / 1000);
    },
    step: (ms) => step.observe(ms / 1000),
    render: async () => ({ body: await registers[0]!.metrics(), contentType: registers[0]!.contentType }),
  };
}
