import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeSource } from '../../core/api/fake-source.ts';
import { type Running, startDashboard } from './harness.ts';

describe('the files of the page', () => {
  let dashboard: Running;
  beforeAll(async () => {
    dashboard = await startDashboard(fakeSource());
  });
  afterAll(() => dashboard.close());

  const get = (path: string, headers: Record<string, string>) => fetch(dashboard.url + path, { headers });

  it('come packed to whoever can unpack them, and as they are to others', async () => {
    const packed = await get('page/style.css', { 'accept-encoding': 'br, gzip' });
    const plain = await get('page/style.css', { 'accept-encoding': 'gzip;q=0, br' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await packed.text()).toBe(await plain.text());
  });

  it('are not sent again to whoever has them', async () => {
    const first = await get('', {});
    expect(first.status).toBe(200);
    const again = await get('', { 'if-none-match': `"other", W/${first.headers.get('etag')}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect((await get('', { 'if-none-match': '"other"' })).status).toBe(200);
  });
});
