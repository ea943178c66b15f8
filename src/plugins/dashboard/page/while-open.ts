/** A question that a view asks again and again while it is open. */
type Asking = Readonly<{ isOpen(): boolean; open(): void; close(): void }>;

/** Asks every so many milliseconds from `open` to `close`, except while nobody sees the tab. */
export function whileOpen(ask: () => unknown, everyMs: number): Asking {
  let timer: ReturnType<typeof setInterval> | undefined;
  const close = () => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    isOpen: () => timer !== undefined,
    open() {
      close();
      timer = setInterval(() => {
        if (!document.hidden) void ask();
      }, everyMs);
    },
    close,
  };
}
