/**
 * A lab to play in by hand: `node test/lab/up.ts alpha switch child:switch` (needs root). It stays until Ctrl-C.
 */
import { once } from 'node:events';
import { createLab } from './lab.ts';

const devices = process.argv.slice(2).map((argument) => {
  const [id = '', behind] = argument.split(':');
  return behind === undefined ? { id } : { id, behind };
});
const lab = await createLab({ devices });
for (const device of lab.devices) {
  console.log(`${device.id}: ${device.address}, management ${device.management}`);
}
console.log(`login: ${lab.username}, password ${lab.password}, key ${lab.privateKey}`);
console.log(`monitor: ip netns exec ${lab.monitor} bash`);
console.log(`${lab.name} is ready; Ctrl-C takes it down`);
const alive = setInterval(() => {}, 60_000);
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
clearInterval(alive);
await lab.close();
