/** What can break in the playground, and how it looks from outside. */
export type FaultKind = 'service-stopped' | 'service-hung' | 'link-down';

/** One device of the playground. */
export type DemoSpec = Readonly<{
  id: string;
  label: string;
  group: string;
  role: string;
  /** Served by its one service; `tcp` accepts, `http` answers 200 on /health. */
  probe: 'tcp' | 'http';
  service: string;
  parent?: string;
  /** Faults it may have; none: it never breaks by itself. */
  faults: readonly FaultKind[];
  approval?: 'ask';
}>;

/** A small company: two sites behind a core switch each. */
export const DEMO_DEVICES: readonly DemoSpec[] = [
  {
    id: 'berlin-sw',
    label: 'Berlin switch',
    group: 'berlin',
    role: 'switch',
    probe: 'tcp',
    service: 'switchd',
    faults: ['link-down'],
  },
  {
    id: 'berlin-web',
    label: 'Berlin web',
    group: 'berlin',
    role: 'server',
    probe: 'http',
    service: 'nginx',
    parent: 'berlin-sw',
    faults: ['service-stopped', 'service-hung'],
  },
  {
    id: 'berlin-db',
    label: 'Berlin database',
    group: 'berlin',
    role: 'server',
    probe: 'tcp',
    service: 'postgresql',
    parent: 'berlin-sw',
    faults: ['service-stopped'],
  },
  {
    id: 'berlin-nas',
    label: 'Berlin NAS',
    group: 'berlin',
    role: 'storage',
    probe: 'tcp',
    service: 'smbd',
    parent: 'berlin-sw',
    faults: ['service-stopped'],
  },
  {
    id: 'berlin-cam',
    label: 'Gate camera',
    group: 'berlin',
    role: 'camera',
    probe: 'http',
    service: 'streamd',
    parent: 'berlin-sw',
    faults: ['service-hung'],
  },
  {
    id: 'berlin-voip',
    label: 'Berlin phones',
    group: 'berlin',
    role: 'voip',
    probe: 'tcp',
    service: 'asterisk',
    parent: 'berlin-sw',
    faults: [],
  },
  {
    id: 'hamburg-sw',
    label: 'Hamburg switch',
    group: 'hamburg',
    role: 'switch',
    probe: 'tcp',
    service: 'switchd',
    faults: ['link-down'],
  },
  {
    id: 'hamburg-web',
    label: 'Hamburg web',
    group: 'hamburg',
    role: 'server',
    probe: 'http',
    service: 'nginx',
    parent: 'hamburg-sw',
    faults: ['service-stopped', 'service-hung'],
  },
  {
    id: 'hamburg-vpn',
    label: 'Hamburg VPN',
    group: 'hamburg',
    role: 'vpn',
    probe: 'tcp',
    service: 'openvpn',
    parent: 'hamburg-sw',
    faults: ['service-stopped'],
    approval: 'ask',
  },
  {
    id: 'hamburg-ap',
    label: 'Lobby Wi-Fi',
    group: 'hamburg',
    role: 'ap',
    probe: 'http',
    service: 'hostapd',
    parent: 'hamburg-sw',
    faults: ['service-hung'],
  },
  {
    id: 'dns-1',
    label: 'DNS 1',
    group: 'core',
    role: 'dns',
    probe: 'tcp',
    service: 'unbound',
    faults: ['service-stopped'],
  },
  { id: 'dns-2', label: 'DNS 2', group: 'core', role: 'dns', probe: 'tcp', service: 'unbound', faults: [] },
];
