import type { Dialect } from 'netheal/plugin';
import { aristaEos } from './dialects/arista-eos.ts';
import { ciscoIos } from './dialects/cisco-ios.ts';
import { ciscoNxos } from './dialects/cisco-nxos.ts';
import { edgeos } from './dialects/edgeos.ts';
import { juniperJunos } from './dialects/juniper-junos.ts';
import { linux } from './dialects/linux.ts';
import { mikrotikRouteros } from './dialects/mikrotik-routeros.ts';
import { openwrt } from './dialects/openwrt.ts';

/** The dialects that come with netheal, by the names that a config uses. */
export const BUILT_IN_DIALECTS: Readonly<Record<string, Dialect>> = {
  'cisco-ios': ciscoIos,
  'cisco-nxos': ciscoNxos,
  'arista-eos': aristaEos,
  'juniper-junos': juniperJunos,
  'mikrotik-routeros': mikrotikRouteros,
  edgeos,
  openwrt,
  linux,
};
