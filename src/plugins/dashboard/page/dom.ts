/** Elements are made here and nowhere else: text goes in as text, so no label can become markup. */
type Child = Node | string | null;
type Attributes = Readonly<Record<string, string>>;

/** An element with its class, children and attributes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  children: readonly Child[] = [],
  attributes: Attributes = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button; `key` presses it, too. */
export function button(label: string, press: () => unknown, key?: string): HTMLButtonElement {
  const element = el('button', '', [label], {
    type: 'button',
    ...(key === undefined ? {} : { 'aria-keyshortcuts': key }),
  });
  element.addEventListener('click', () => void press());
  return element;
}

/** The element of the page with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** Sets text only where it differs, so that nothing is painted or read aloud again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Makes the children of `parent` be exactly these, in this order, moving as few as possible. */
export function arrange(parent: Element, children: readonly Element[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, index) => {
    const there = parent.children[index];
    if (there !== child) parent.insertBefore(child, there ?? null);
  });
}

/**
 * One element an item, kept while the item lives. An element is drawn again only when its key changes; what the
 * reader has opened, typed or focused inside of the others stays.
 */
export function keyedList<T>(
  parent: Element,
  draw: (item: T) => HTMLElement,
  idOf: (item: T) => string,
  keyOf: (item: T) => unknown,
): (items: readonly T[]) => void {
  let shown = new Map<string, { key: unknown; element: HTMLElement }>();
  return (items) => {
    const next = new Map<string, { key: unknown; element: HTMLElement }>();
    for (const item of items) {
      const id = idOf(item);
      const key = keyOf(item);
      const old = shown.get(id);
      next.set(id, old !== undefined && old.key === key ? old : { key, element: draw(item) });
    }
    shown = next;
    arrange(
      parent,
      [...next.values()].map(({ element }) => element),
    );
  };
}
