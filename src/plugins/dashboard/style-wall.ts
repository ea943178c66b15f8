/** The wall: read from the other end of the room, and nobody touches it. Everything fits, nothing scrolls. */
export const WALL = `
.is-wall {
  display: flex; flex-direction: column; max-width: none; height: 100vh; padding: 0 2vw 2vh; overflow: hidden; cursor: none;
}
.is-wall :is(.tools, nav, #devices-section, .pair, .buttons, #grid-section .bar label, .toast) { display: none !important; }
.is-wall .top {
  position: static; display: grid; grid-template-columns: auto 1fr auto; align-items: baseline; gap: 0 3vw; padding: 2vh 0 1.2vh;
}
.is-wall .top h1 { font-size: 2.2vh; color: var(--soft); }
.is-wall .counts { grid-row: 2; grid-column: 1 / -1; gap: 0 2.6vw; font-size: 2.2vh; align-items: baseline; }
.is-wall .banner { grid-column: 2; } .is-wall .live { grid-column: 3; grid-row: 1; }
.is-wall .counts b { font-size: 6vh; line-height: 1; font-weight: 600; letter-spacing: -.02em; }
.is-wall .live, .is-wall .banner { font-size: 2vh; }
.is-wall main { flex: 1; min-height: 0; }
.is-wall main > div { height: 100%; }
.is-wall .top-pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(300px, 26vw); gap: 0 2.4vw; height: 100%; }
.is-wall section { display: flex; flex-direction: column; min-height: 0; margin-top: 1.6vh; }
.is-wall h2 { font-size: 1.7vh; }
.is-wall #grid-frame { flex: 1; min-height: 0; overflow: hidden; }
.is-wall .legend { font-size: 1.6vh; }
.is-wall .incidents { max-height: none; flex: 1; min-height: 0; overflow: hidden; font-size: 1.9vh; }
.is-wall .incidents li { grid-template-columns: auto minmax(0, 1fr); padding: 1.2vh 1vw; }
@media (max-aspect-ratio: 1/1) {
  .is-wall .top-pair { grid-template-columns: minmax(0, 1fr); grid-template-rows: 1fr 1fr; }
}
`;
