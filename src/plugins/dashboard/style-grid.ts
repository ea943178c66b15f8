/** The grid of all devices with the incidents beside it. */
const step = (name: string, colour: string, parts: readonly number[]) =>
  parts
    .map(
      (part, index) => `.${name}-${index} { color: color-mix(in oklab, ${colour} ${part}%, var(--back)); }`,
    )
    .join('\n');

export const GRID = `
#grid-section .bar h2 { margin-right: auto; }
#grid-frame { position: relative; min-height: 40px; }
#grid { display: block; border-radius: 4px; }
#grid-mark { position: absolute; top: 0; left: 0; border: 2px solid var(--text); border-radius: 4px; pointer-events: none; }
#grid-tip {
  position: absolute; top: 0; left: 0; z-index: 3; padding: 5px 10px; white-space: nowrap; pointer-events: none;
  max-width: 100%; overflow: hidden; text-overflow: ellipsis;
  color: var(--back); background: var(--text); border-radius: 6px; font-size: 13px;
}
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-top: 10px; color: var(--soft); font-size: 12px; }
.legend .glyph { margin-right: 2px; }
${step('heat', 'var(--focus)', [18, 34, 50, 66, 82, 100])}
${step('lost', 'var(--down)', [14, 34, 50, 66, 82, 100])}

.is-large { max-width: 1600px; }
.is-large .top-pair { display: grid; grid-template-columns: minmax(0, 1fr) 360px; gap: 0 32px; }
.is-large .incidents { max-height: 420px; overflow: auto; }
.is-large .incidents li { grid-template-columns: auto minmax(0, 1fr); padding: 8px 12px; }
.is-large .incidents .buttons { grid-column: 1 / -1; }
@media (max-width: 1000px) {
  .is-large .top-pair { display: flex; flex-direction: column; }
  .is-large #incidents-section { order: -1; }
  .is-large .incidents { max-height: 330px; }
}
@media (max-width: 760px) {
  #grid-section .bar h2 { width: 100%; }
}
`;
