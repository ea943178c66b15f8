import { monitorEventLoopDelay } from 'node:perf_hooks';
import { definePlugin } from 'netheal/plugin';

const RESOLUTION_MS = 20;

/** What only the process itself knows, for the benchmark: GET /api/plugins/bench/figures, counted since the last GET. */
export type Observed = Readonly<{
  /** How late checks began since the start. */
  lateP99Ms: number;
  loopDelayP50Ms: number;
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  heapMb: number;
}>;

export default definePlugin({
  name: 'bench',
  apiVersion: 1,
  apply(api) {
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    delay.enable();
    api.onStop(() => {
      delay.disable();
    });
    api.route('GET', 'figures', () => {
      // The histogram holds the time between two looks: what is above its own period is delay.
      const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
      const observed: Observed = {
        lateP99Ms: api.snapshot().lateness.p99Ms,
        loopDelayP50Ms: late(delay.percentile(50)),
        loopDelayP99Ms: late(delay.percentile(99)),
        loopDelayMaxMs: late(delay.max),
        heapMb: process.memoryUsage().heapUsed / 2 ** 20,
      };
      delay.reset();
      return Response.json(observed);
    });
  },
});
