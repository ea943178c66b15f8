import { main as netheal } from './main.ts';

/** `netheal-tui` is `netheal tui`: one set of options, one help. */
export async function main(argv: readonly string[]): Promise<void> {
  await netheal([...argv.slice(0, 2), 'tui', ...argv.slice(2)]);
}
