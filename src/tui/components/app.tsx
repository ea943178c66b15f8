import { Box, Text, useInput, usePaste } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { Shell } from '../commands.ts';
import { paste, press } from '../input.ts';
import { keyNames } from '../key-names.ts';

/** The whole screen: the frame of the store, one text node a line. Everything that thinks is outside React. */
export function App({ shell }: Readonly<{ shell: Shell }>) {
  const { store } = shell;
  useSyncExternalStore(store.subscribe, store.version);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) press(shell, name);
  });
  usePaste((text) => paste(shell, text));
  const { lines, box } = store.frame;
  return (
    <Box flexDirection="column">
      <Lines lines={lines} />
      {box && (
        <Box position="absolute" flexDirection="column" marginLeft={box.x} marginTop={box.y}>
          <Lines lines={box.lines} />
        </Box>
      )}
    </Box>
  );
}

function Lines({ lines }: Readonly<{ lines: readonly string[] }>) {
  // A line has no identity beyond its place on the screen.
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  return lines.map((text, index) => <Line key={index} text={text} />);
}

const Line = memo(function Line({ text }: Readonly<{ text: string }>) {
  // An empty text node would take no line at all.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});
