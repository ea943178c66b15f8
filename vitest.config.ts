import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  // Unit tests run the sources; end-to-end tests start bin/, which runs dist/.
  resolve: { alias: { 'netheal/plugin': src('core/plugin.ts') } },
  test: {
    include: ['test/**/*.test.{ts,tsx}', 'plugins-examples/**/*.test.ts'],
    // Most tests wait for something outside: a worker for each core keeps none of them busy.
    maxWorkers: '100%',
    // Deadlines are nets for what never happens, not promises: machines are busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
