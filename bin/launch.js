// Plain old syntax: this file must load on a Node that is too old for everything else, to say so in one sentence.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

const NEEDED = [22, 18];

/** Runs a module of dist/ on a Node that is new enough: this one, or the one that npm installed beside netheal. */
export function launch(from, modulePath) {
  const version = process.versions.node.split('.').map(Number);
  const newEnough = version[0] > NEEDED[0] || (version[0] === NEEDED[0] && version[1] >= NEEDED[1]);
  const target = fileURLToPath(new URL(modulePath, from));
  if (!newEnough) {
    const ours = fileURLToPath(new URL('../node_modules/.bin/node', from));
    if (existsSync(ours) && !process.env.NETHEAL_RELAUNCHED) relaunch(ours);
    else fail(`netheal needs Node ${NEEDED.join('.')} or newer; this is Node ${process.versions.node}.`);
    return;
  }
  if (!existsSync(target)) {
    fail('netheal is not built: run `npm ci` (or `npm run build`) in its folder.');
    return;
  }
  // The young generation may not grow to 32 MB: a third less memory with a thousand devices, for a little more CPU.
  v8.setFlagsFromString('--semi-space-growth-factor=1');
  // Compiled code is kept between starts: a third of the time to the first screen.
  if (module.enableCompileCache) module.enableCompileCache();
  // Before React loads: its development build doubles the CPU.
  process.env.NODE_ENV = process.env.NODE_ENV || 'production';
  import(new URL(modulePath, from).href).then(
    (loaded) => loaded.main(process.argv),
    (error) => fail(error instanceof Error ? error.stack : String(error)),
  );
}

async function relaunch(node) {
  const { spawn } = await import('node:child_process');
  const env = Object.assign({}, process.env, { NETHEAL_RELAUNCHED: '1' });
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : code;
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
