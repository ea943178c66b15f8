import { definePlugin } from 'netheal/plugin';
import { createMetrics } from './metrics.ts';

/** What happens, as Prometheus metrics at `/metrics`. */
export default definePlugin({
  name: 'metrics',
  apiVersion: 1,
  apply(api) {
    const metrics = createMetrics(api);
    api.hooks.onSample.tap(metrics.countSample);
    api.hooks.afterHeal.tap(metrics.countHeal);
    api.sink({
      name: 'metrics',
      accepts: ['check'],
      write: (batch) => {
        for (const item of batch) if (item.type === 'check') metrics.keepCheck(item.record);
      },
    });
    api.route('GET', 'metrics', async () => {
      return new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } });
    });
    api.onStop(metrics.stop);
  },
});
