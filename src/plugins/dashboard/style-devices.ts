/** The table of devices: rows as high as their text for a few, all of one height for many, cards on a phone. */
export const DEVICES = `
.bar { display: flex; align-items: center; gap: 6px 16px; margin-bottom: 8px; }
.bar label { color: var(--soft); font-size: 13px; }
.bar .filter { margin-left: auto; }
.filter input {
  width: 300px; padding: 6px 10px; color: var(--text); font: inherit; background: var(--panel);
  border: 1px solid var(--line); border-radius: 6px;
}
.filter input::placeholder { color: var(--soft); opacity: 1; }

.devices { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--panel); border-radius: 8px; }
.devices th { padding: 4px 12px; text-align: left; border-bottom: 1px solid var(--line); background: var(--panel); }
.devices th button {
  padding: 4px 0; color: var(--soft); font-weight: 500; font-size: 12px; border: 0; border-radius: 2px; white-space: nowrap;
}
.devices th button:hover { color: var(--text); }
.devices th[aria-sort=ascending] button, .devices th[aria-sort=descending] button { color: var(--text); }
.devices th[aria-sort=ascending] button::after { content: " ▾"; }
.devices th[aria-sort=descending] button::after { content: " ▴"; }
.devices td { padding: 7px 12px; border-bottom: 1px solid var(--line); vertical-align: middle; }
.devices #device-rows tr:last-child td { border-bottom: 0; }
.devices th.number, .devices td.number { text-align: right; white-space: nowrap; }
.devices td.state { white-space: nowrap; font-weight: 550; }
.glyph { display: inline-block; width: 1.3em; text-align: center; margin-right: 4px; font-family: "DejaVu Sans", "Segoe UI Symbol", system-ui, sans-serif; }
.devices .label { font-weight: 550; overflow-wrap: anywhere; }
.devices .address { margin-left: 8px; color: var(--soft); }
.devices .note { color: var(--soft); overflow-wrap: anywhere; }
.devices tr[aria-current] td { background: color-mix(in srgb, var(--focus) 14%, transparent); }
.devices tr[aria-current] td:first-child { box-shadow: inset 3px 0 var(--focus); }
.spark { display: block; width: 96px; height: 22px; overflow: visible; }
.spark polyline { fill: none; stroke: var(--soft); stroke-width: 1.3; stroke-linejoin: round; stroke-linecap: round; }
.spark .lost { stroke: var(--down); stroke-width: 1.6; stroke-linecap: round; }
.spark .dot { fill: var(--soft); }
.empty { padding: 18px 12px; color: var(--soft); }

#rows-above td, #rows-below td { padding: 0; border: 0; }
.is-many { --row: 34px; max-height: min(72vh, 780px); overflow: auto; overflow-anchor: none; border: 1px solid var(--line); border-radius: 8px; }
.is-many .devices { table-layout: fixed; }
.is-many thead th { position: sticky; top: 0; z-index: 1; }
.is-many td {
  height: var(--row); padding: 0 12px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
.is-many th.state { width: 142px; } .is-many th.group { width: 12%; }
.is-many th.rtt, .is-many th.loss, .is-many th.uptime { width: 92px; } .is-many th.since { width: 76px; }
.is-many th.note { width: 22%; }

@media (max-width: 1000px) {
  .devices .average { display: none; }
  .is-many .note, .is-many .group { display: none; }
  .devices th, .devices td { padding-left: 8px; padding-right: 8px; }
}
@media (max-width: 760px) {
  .bar { flex-wrap: wrap; }
  .bar .filter { margin-left: 0; }
  .filter, .filter input { width: 100%; }
  .devices, .devices tbody, .devices tbody tr, .devices tbody td { display: block; }
  .devices thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .is-many thead th { position: static; }
  .devices #device-rows tr {
    position: relative; display: grid; grid-template-columns: 1fr auto auto; gap: 1px 14px; align-items: center;
    min-height: 56px; padding: 8px 14px; border-bottom: 1px solid var(--line);
  }
  .devices #device-rows tr:last-child { border-bottom: 0; }
  .devices #device-rows td { height: auto; padding: 0; border: 0; background: none; box-shadow: none; }
  .devices tr[aria-current] { background: color-mix(in srgb, var(--focus) 14%, transparent); }
  /* The whole card leads to its device. */
  .devices a.label::after { content: ""; position: absolute; inset: 0; }
  .devices td.device { order: 1; grid-column: 1 / 2; }
  .devices td.state { order: 2; grid-column: 2 / -1; text-align: right; }
  .devices td.recent { order: 3; }
  .devices td.rtt { order: 4; }
  .devices td.since { order: 5; min-width: 2.6em; color: var(--soft); }
  .devices td.note { order: 6; grid-column: 1 / -1; }
  .devices :is(th, td):is(.loss, .uptime, .average) { display: none; }
  .is-many { --row: 60px; }
  .is-many #device-rows tr { height: var(--row); min-height: 0; overflow: hidden; }
  .is-many .devices :is(th, td).note { display: none; }
  .is-many .devices td.group { display: block; order: 3; }
  .is-many .devices #device-rows td { overflow: hidden; text-overflow: ellipsis; }
  .spark { width: 130px; }
}
@media (prefers-reduced-motion: no-preference) {
  .changed td { animation: changed 1.6s ease-out; }
  @keyframes changed { from { background: color-mix(in srgb, var(--soft) 22%, transparent); } }
}
`;
