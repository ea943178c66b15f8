import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const src = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  // Unit tests run the sources; end-to-end tests start bin/, which runs dist/.
  resolve: { alias: { 'netheal/plugin': src('core/plugin.ts') } },
  test: {
    include: ['test/**/*.test.{ts,tsx}', 'plugins-examples/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
