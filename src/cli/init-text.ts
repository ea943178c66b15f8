/** A device as a person first names it. */
export type FirstDevice = Readonly<{ address: string; label: string | null }>;

/** A first config with a word on each thing in it. Pure. */
export function initText({
  devices,
  user,
  gateway,
}: Readonly<{ devices: readonly FirstDevice[]; user: string | null; gateway: string | null }>): string {
  // One that is watched and healed itself is no witness: its own outage would silence every verdict on it.
  const witness = gateway !== null && !devices.some(({ address }) => address === gateway) ? gateway : null;
  return [
    '# netheal: `netheal config` checks this file; docs/configuration.md and config/netheal.example.yaml say what else there is.',
    'monitoring:',
    '  interval: 30s',
    '  failureThreshold: 3 # so many failed checks in a row are an outage',
    '  # When these do not answer either, it is our own uplink that is down, and no device is blamed.',
    witness === null ? '  # witnesses: [192.168.1.254]' : `  witnesses: [${quoted(witness)}]`,
    'healing:',
    '  mode: act # "observe" says what it would do, and touches nothing',
    '  approval: auto # "ask" waits for a person before each heal',
    ...loginLines(user),
    'devices:',
    ...devices.flatMap(deviceLines),
    '    # parents: [id-of-the-switch-before-it]',
    '    # heal: # the first strategy that fits; without one a device is only watched',
    '    #   - name: restart the service',
    '    #     steps:',
    '    #       - ssh: ["sudo systemctl restart dhcpd"]',
    'plugins:',
    '  dashboard: { host: 127.0.0.1, port: 5000 }',
    '',
  ].join('\n');
}

function loginLines(user: string | null): string[] {
  const lines = [
    'defaults: # for every device',
    `  ssh: { username: ${quoted(user ?? 'netheal')} } # also privateKey: ~/.ssh/id_ed25519, or password: { env: NAME }`,
  ];
  return user === null ? lines.map((line) => `# ${line}`) : lines;
}

function deviceLines({ address, label }: FirstDevice): string[] {
  const where = /^[\d.]+$|:/.test(address) ? 'ip' : 'host';
  return [`  - ${where}: ${quoted(address)}`, `    label: ${quoted(label ?? address)}`];
}

/** A text in JSON is the same text in YAML, whatever stands in it; `$` would begin a variable. */
function quoted(text: string): string {
  return JSON.stringify(text.replace(/\$\{/g, () => '$${'));
}
