/** The looks of the question whether a heal may run, and of the views of incidents and heals. */
export const APPROVAL_CSS = `
.top p:has(> .waiting) { min-width: 0; }
.waiting { color: var(--degraded); border-color: currentcolor; font-weight: 600; }

dialog.approval { width: min(680px, calc(100vw - 32px)); padding: 22px 24px; }
dialog.approval h2:focus { outline: none; }
.approval .content > * + * { margin-top: 12px; }
.approval .content > p:empty, .approval .message:empty { display: none; }
.approval .facts { gap: 4px 22px; }
.approval .plan { padding-top: 12px; border-top: 1px solid var(--line); }
.approval .plan p { margin: 0; }
.approval .plan p + .transcript, .approval .plan .transcript + p { margin-top: 8px; }
.approval .transcript { background: var(--back); }
.approval .field input { margin-bottom: 0; }
.approval .message { margin: 12px 0 0; padding: 8px 12px; background: var(--back); border-left: 3px solid var(--degraded); border-radius: 4px; overflow-wrap: anywhere; }
dialog.approval .buttons { margin-top: 18px; }
.approval .verdict { font-weight: 600; overflow-wrap: anywhere; }
.queue { align-items: baseline; display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 14px; }
.queue button { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.editor p { margin: 0 0 4px; }
.editor textarea {
  display: block; width: 100%; margin-bottom: 12px; padding: 8px 10px; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: 6px; font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; resize: vertical;
}
button.primary:hover { border-color: var(--text); }

nav { display: flex; gap: 16px; }
nav a { color: var(--soft); }
nav a[aria-current=page] { color: var(--text); font-weight: 600; }
@media (min-width: 761px) {
  /* However many states there are, what stands beside them keeps its place. */
  .top .counts { order: 1; flex-basis: 100%; }
  .top .banner { order: 2; }
}
.cases .about { grid-column: 2 / -1; }
.cases .about p { margin-top: 4px; overflow-wrap: anywhere; }
.cases .about a, .cases .what a, .heal a { text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
.cases .buttons { grid-column: 2 / -1; margin-top: 8px; }
.activity .name { font-weight: 550; }
.heal > * + * { margin-top: 14px; }
.heal { margin-top: 8px; }
.detail .plan p, .heal .plan p { margin: 6px 0; }
.detail > p { margin-top: 6px; }
.heal .verdict { font-weight: 600; overflow-wrap: anywhere; }

@media (max-width: 760px) {
  .cases .about, .cases .buttons { grid-column: auto; }
  /* The name, the views and the tools in one line, the question that waits below the counts. */
  .top { column-gap: 12px; }
  nav { gap: 12px; }
  .top .tools { gap: 4px; }
  .top p:has(> .waiting) { order: 3; }
  dialog.approval { padding: 16px; }
  .approval .facts { grid-template-columns: max-content 1fr; gap: 2px 14px; }
  .approval .facts dd { margin-bottom: 2px; }
  .approval .buttons button { flex: 1 0 auto; min-height: 40px; }
}
`;
