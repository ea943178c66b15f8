import { Box, Text } from 'ink';
import { memo, useSyncExternalStore } from 'react';
import type { Box as BoxOfLines } from '../overlays/box.ts';
import type { UiStore } from '../store.ts';

/** The whole screen: the room of the head and of the view that is open, the foot, and the window over them. */
export function App({ store }: Readonly<{ store: UiStore }>) {
  useSyncExternalStore(store.subscribe, store.chromeVersion);
  const { lines, live, box } = store.frame;
  return (
    <Box flexDirection="column">
      <Lines lines={lines.slice(0, live.from)} />
      {box && <LiveBody rows={live.to - live.from} />}
      <Lines lines={lines.slice(live.to)} />
      {box && <Window box={box} />}
    </Box>
  );
}

/**
 * Head and view change with every figure and every second; they are painted past React (`painter.ts`): laying them out anew
 * four times a second took ten times the CPU, and the clock alone a third. Here they are only room, and without a window
 * over them not even that.
 */
function LiveBody({ rows }: Readonly<{ rows: number }>) {
  return <Box height={rows} flexShrink={0} />;
}

function Window({ box }: Readonly<{ box: BoxOfLines }>) {
  return (
    <Box position="absolute" flexDirection="column" marginLeft={box.x} marginTop={box.y}>
      <Lines lines={box.lines} />
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
