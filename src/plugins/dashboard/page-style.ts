import { DEVICES } from './style-devices.ts';
import { GRID } from './style-grid.ts';
import { WALL } from './style-wall.ts';

/** One calm sheet for dark and light; state colours keep 4.5:1 against both backgrounds, and never stand alone. */
const BASE = `
:root {
  color-scheme: dark light;
  --back: light-dark(#f4f6f8, #0e1116); --panel: light-dark(#ffffff, #151a21); --line: light-dark(#e1e6eb, #232a33);
  --text: light-dark(#1b232d, #dde3ea); --soft: light-dark(#5b6775, #8d98a6); --focus: light-dark(#1d5fc0, #79b0ff);
  --up: light-dark(#177245, #4cc38a); --degraded: light-dark(#875d00, #e3b341); --down: light-dark(#c2272d, #ff7a76);
  --healing: light-dark(#1d5fc0, #79b0ff); --unreachable: light-dark(#6545c2, #b3a0ff); --quiet: light-dark(#5b6775, #8d98a6);
  --down-back: light-dark(#fdf0f0, #2a1719); --healing-back: light-dark(#eef4fd, #142033);
}
:root[data-theme=dark] { color-scheme: dark; }
:root[data-theme=light] { color-scheme: light; }
/* Apart in lightness as well as in hue, for eyes that see red and green alike. */
:root[data-theme=blue-orange] {
  --up: light-dark(#0b5cad, #6db3f2); --degraded: light-dark(#6b5f00, #f0e04a); --down: light-dark(#ad4a00, #ff9d3b);
  --healing: light-dark(#8a2f74, #f0a8dc); --unreachable: light-dark(#4d5560, #c3cad3);
  --down-back: light-dark(#fdf3e8, #2b1d0e); --healing-back: light-dark(#fbf0f8, #2a1826);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { background: var(--back); }
body {
  margin: 0 auto; max-width: 1360px; padding: 0 24px 48px; color: var(--text);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, p, ul, ol { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 17px; font-weight: 650; letter-spacing: -.01em; }
h2 { font-size: 12px; font-weight: 600; color: var(--soft); letter-spacing: .04em; text-transform: uppercase; }
section { margin-top: 22px; }
section > h2 { margin-bottom: 8px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }

.top {
  position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 22px;
  padding: 14px 0 12px; background: var(--back); border-bottom: 1px solid var(--line);
}
.counts { display: flex; flex-wrap: wrap; gap: 4px 16px; }
.counts li { white-space: nowrap; }
.counts b { font-weight: 650; }
.live { margin-left: auto; color: var(--soft); white-space: nowrap; }
.live.is-live::before { content: "●"; color: var(--up); margin-right: 6px; font-size: 10px; vertical-align: 1px; }
.live.is-stale { padding: 3px 10px; color: var(--back); background: var(--degraded); border-radius: 6px; font-weight: 600; }
/* What is shown is old: nobody shall take it for what is. */
.is-stale main { filter: grayscale(.85); }
.banner { color: var(--degraded); }

.up { color: var(--up); } .degraded { color: var(--degraded); } .down { color: var(--down); }
.healing { color: var(--healing); } .unreachable { color: var(--unreachable); } .quiet { color: var(--quiet); }
.soft { color: var(--soft); }

.incidents li:not(.calm) {
  display: grid; grid-template-columns: auto 1fr auto; gap: 2px 12px; align-items: baseline;
  padding: 10px 14px; background: var(--down-back); border-left: 3px solid var(--down); border-radius: 4px;
}
.incidents li + li { margin-top: 6px; }
.incidents li.is-healing { background: var(--healing-back); border-left-color: var(--healing); }
.incidents .state { min-width: 84px; }
.incidents .what { overflow-wrap: anywhere; }
.incidents .what b { font-weight: 650; margin-right: 6px; }
.incidents .more-words { color: var(--soft); }
.calm { color: var(--soft); }
.calm::before { content: "✓"; color: var(--up); margin-right: 8px; }

.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; }
.activity li { display: grid; grid-template-columns: 74px 1fr; gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--line); }
.activity li:last-child, .heals > li:last-child { border-bottom: 0; }
.activity time, .heals time { color: var(--soft); white-space: nowrap; }
.activity span, .heals summary { overflow-wrap: anywhere; }
.heals > li { padding: 5px 0; border-bottom: 1px solid var(--line); }
.heals summary { cursor: pointer; }
.heals summary b { font-weight: 550; }
.heals .detail { margin: 6px 0 8px 16px; }
.transcript {
  max-height: 320px; overflow: auto; margin: 8px 0 0; padding: 10px 12px; background: var(--panel);
  border: 1px solid var(--line); border-radius: 6px; font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.transcript .command { color: var(--healing); } .transcript .command::before { content: "$ "; }
.transcript .info { color: var(--soft); }
.transcript .error { color: var(--down); } .transcript .verdict { font-weight: 650; }
.transcript div { min-height: 1.5em; }

button {
  padding: 4px 11px; color: var(--text); font: inherit; font-size: 13px; background: transparent;
  border: 1px solid var(--line); border-radius: 6px; cursor: pointer;
}
select {
  padding: 4px 8px; color: var(--text); font: inherit; font-size: 13px; background: var(--panel);
  border: 1px solid var(--line); border-radius: 6px;
}
a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; }
button:hover { border-color: var(--soft); }
button:disabled { opacity: .5; cursor: default; }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.detail .buttons { margin-top: 8px; }
.buttons input { padding: 4px 8px; color: inherit; font: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 6px; }
.top .tools { display: flex; gap: 6px; }
.tools button { min-width: 30px; padding: 3px 8px; }
dialog { max-width: 380px; padding: 20px; color: var(--text); background: var(--panel); border: 1px solid var(--line); border-radius: 10px; }
dialog::backdrop { background: rgb(0 0 0 / .5); }
dialog p { margin: 8px 0 12px; }
dialog input { width: 100%; padding: 7px 10px; margin-bottom: 12px; color: inherit; font: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 6px; }
#help { max-width: 520px; }
#help table { margin: 10px 0 14px; border-collapse: collapse; }
#help th { padding: 3px 18px 3px 0; text-align: left; font-weight: 400; white-space: nowrap; }
kbd { padding: 1px 6px; font: 12px ui-monospace, "DejaVu Sans Mono", monospace; background: var(--back); border: 1px solid var(--line); border-radius: 4px; }
.toast {
  position: fixed; right: 24px; bottom: 24px; max-width: min(420px, calc(100vw - 32px)); padding: 10px 16px;
  background: var(--text); color: var(--back); border-radius: 8px;
}

@media (max-width: 760px) {
  body { padding: 0 16px 32px; }
  .pair { grid-template-columns: minmax(0, 1fr); }
  .top { position: static; }
  .top { gap: 8px 16px; padding-top: 8px; }
  .top .tools { order: 1; margin-left: auto; } .counts { order: 2; } .banner { order: 3; } .live { order: 4; margin-left: 0; }
  .incidents li:not(.calm) { grid-template-columns: 1fr; }
  .incidents .buttons { margin-top: 6px; }
  /* As large as a thumb. */
  :is(button, input, select, summary):is(*, .tools *) { min-height: 44px; min-width: 44px; }
  summary { padding: 10px 0; }
  .toast { left: 16px; right: 16px; bottom: 16px; }
}
`;

/** The whole sheet; what comes later overrides what came before. */
export const CSS = BASE + DEVICES + GRID + WALL;
