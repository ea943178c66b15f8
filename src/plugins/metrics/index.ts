import { Readable } from 'node:stream';
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
    const answer = () => {
      const text = Readable.toWeb(Readable.from(metrics.text())) as ReadableStream;
      return new Response(text.pipeThrough(new TextEncoderStream()), {
        headers: { 'content-type': metrics.contentType },
      });
    };
    api.route('GET', 'metrics', answer, { at: 'root' });
    api.onStop(metrics.stop);
  },
});
