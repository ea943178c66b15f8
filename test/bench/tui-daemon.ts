/**
 * `node tui-daemon.ts SOCKET DEVICES UPDATES_PER_SECOND`: a daemon without an engine. It serves the real API of a fleet of
 * which so many devices a second get another result; one in fifty is in trouble. Prints a line when it listens.
 */
import { createApi } from '../../src/core/api/app.ts';
import { serveUnix } from '../../src/core/api/server.ts';
import { BusyFleet, keepBusy } from './busy-fleet.ts';

const [socketPath = '', devices = '0', updates = '0'] = process.argv.slice(2);

const fleet = new BusyFleet(Number(devices));
await serveUnix(socketPath, createApi({ source: fleet, pluginRoutes: () => [], ready: () => true }));
keepBusy(fleet, Number(updates));
console.log('listening');
