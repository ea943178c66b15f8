/** Dialects whose commands run by exec, one process a command. */
const EXEC_DIALECTS: ReadonlySet<string> = new Set(['linux', 'openwrt']);

/** Network devices by the software part of their identification string, `SSH-2.0-<software>`. */
const NETWORK_DEVICES: readonly Readonly<{ software: RegExp; name: string }>[] = [
  { software: /^cisco/i, name: 'a Cisco device' },
  { software: /^ROSSSH/, name: 'MikroTik RouterOS' },
  { software: /^Comware/i, name: 'an HPE or H3C Comware switch' },
  { software: /^HUAWEI/i, name: 'a Huawei device' },
  { software: /^Mocana/i, name: 'an HP ProCurve switch' },
  { software: /^RomSShell/i, name: 'a switch with RomSShell' },
  { software: /^NetScreen/i, name: 'a Juniper NetScreen' },
  { software: /^FortiSSH/i, name: 'a Fortinet device' },
  { software: /^(?:Foundry|Brocade)/i, name: 'a Brocade switch' },
  { software: /^Zyxel/i, name: 'a Zyxel device' },
  { software: /^(?:ZTE|IPSSH|Adtran|LANCOM|Extreme|Allied)/i, name: 'a network device' },
];

/** The network device that an identification string gives away, or null. */
export function networkDeviceOf(ident: string): string | null {
  const software = ident.replace(/^SSH-[\d.]+-/, '');
  return NETWORK_DEVICES.find((device) => device.software.test(software))?.name ?? null;
}

/** Whether the configured dialect rules exec out before anything is opened; the reason, or null. */
export function dialectProblem(dialect: string): string | null {
  if (dialect === 'auto' || EXEC_DIALECTS.has(dialect)) return null;
  return `dialect ${dialect}: interactive dialects are not available yet`;
}

/** Whether what the server says of itself rules exec out; the reason, or null. */
export function identProblem(dialect: string, ident: string): string | null {
  const device = dialect === 'auto' ? networkDeviceOf(ident) : null;
  return device === null
    ? null
    : `looks like ${device} (${ident}): interactive dialects are not available yet; ` +
        'if its commands can be run one by one, say dialect: linux';
}
