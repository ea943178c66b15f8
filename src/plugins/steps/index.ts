import { definePlugin } from 'netheal/plugin';
import { http } from './http.ts';
import { localHealer } from './local.ts';
import { wait } from './wait.ts';
import { wakeOnLan } from './wake-on-lan.ts';

/** Heal steps that need no login: wait, a command on the monitor, an HTTP request, a magic packet. */
export default definePlugin({
  name: 'steps',
  apiVersion: 1,
  apply(api) {
    api.healer(wait);
    api.healer(localHealer(api.configDir));
    api.healer(http);
    api.healer(wakeOnLan);
  },
});
