/** The looks of the device page and of what asks before it acts. */
export const DEVICE_CSS = `
a { color: inherit; text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 3px; }
.incidents .name { font-weight: 650; margin-right: 6px; }

.device-head { margin-top: 26px; }
.device-head .title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
.device-head h2 { font-size: 24px; font-weight: 650; letter-spacing: -.015em; text-transform: none; color: var(--text); overflow-wrap: anywhere; }
.device-head .state { font-size: 17px; font-weight: 600; }
.device-head .says { margin-top: 4px; color: var(--soft); overflow-wrap: anywhere; }
.device-head .says:empty { display: none; }
.figures { display: flex; flex-wrap: wrap; gap: 10px 34px; margin: 16px 0; }
.figures dt { font-size: 12px; color: var(--soft); }
.figures dd { margin: 0; font-size: 19px; font-weight: 600; letter-spacing: -.01em; }

.chart { min-height: 220px; padding: 10px 8px 4px 0; background: var(--panel); border-radius: 8px; overflow: hidden; }
.u-cursor-x { border-right-color: var(--soft); }
.ranges { display: flex; gap: 4px; }
.ranges button[aria-pressed=true] { color: var(--text); background: var(--line); border-color: var(--soft); }
.chart + .bar { margin-top: 6px; }
.readout { white-space: nowrap; }

.days { display: flex; gap: 2px; height: 34px; }
.days li { flex: 1; min-width: 1px; border-radius: 2px; background: var(--line); }
.days li:hover { opacity: .7; }
.days .all-up { background: var(--up); } .days .mostly-up { background: var(--degraded); } .days .mostly-down { background: var(--down); }
.days + p { margin-top: 6px; }
.bad-days { margin-top: 4px; color: var(--soft); }
.bad-days summary { cursor: pointer; }
.bad-days table { margin-top: 6px; border-collapse: collapse; }
.bad-days th, .bad-days td { padding: 3px 18px 3px 0; text-align: left; font-weight: 400; }

.strip { display: flex; gap: 1px; height: 14px; margin-bottom: 10px; overflow: hidden; border-radius: 4px; }
.strip li { position: relative; flex-basis: 0; background: currentcolor; }
.strip li.quiet { color: var(--line); }

.facts { display: grid; grid-template-columns: max-content 1fr; gap: 6px 22px; margin: 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts a, .activity a { text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }

dialog.question { width: min(560px, calc(100vw - 32px)); max-width: none; }
dialog.question h2 { margin-bottom: 10px; font-size: 17px; font-weight: 650; letter-spacing: -.01em; text-transform: none; color: var(--text); }
.field { display: block; }
.field span { display: block; margin-bottom: 4px; font-size: 12px; color: var(--soft); }
dialog.question .buttons { justify-content: flex-end; margin: 12px 0 0; }
button.primary { color: var(--back); background: var(--text); border-color: var(--text); font-weight: 600; }
.gates li { padding: 4px 0; }

@media (max-width: 760px) {
  .figures { gap: 10px 24px; }
  .days { gap: 1px; }
  .readout { display: none; }
  .facts { grid-template-columns: 1fr; gap: 2px; }
  .facts dd { margin-bottom: 8px; }
  .device-head .buttons button, .ranges button { min-height: 40px; }
}
`;
