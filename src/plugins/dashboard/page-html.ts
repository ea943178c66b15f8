/** The page before its script runs. `%ACTIONS%` says whether a token is configured, so whether anybody may act. */
export const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="netheal-actions" content="%ACTIONS%">
<title>netheal</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='%233fb27f'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/page/style.css">
<script type="module" src="/page/main.js" blocking="render"></script>
</head>
<body>
<header class="top">
  <h1><a id="home" href="#/">netheal</a></h1>
  <nav aria-label="Views"><a href="#/incidents">Incidents</a><a href="#/heals">Heals</a></nav>
  <ul id="counts" class="counts" aria-label="Devices by state"></ul>
  <p id="banner" class="banner" role="status" hidden></p>
  <p role="status"><button id="approvals" class="waiting" type="button" title="heals that wait for approval (a)" hidden></button></p>
  <p id="live" class="live" role="status">connecting…</p>
  <p class="tools">
    <button id="help-open" type="button" title="keys (?)"><span aria-hidden="true">?</span><span class="hidden">keys</span></button>
    <button id="wall-open" type="button" title="the wall (w)"><span aria-hidden="true">▦</span><span class="hidden">wall</span></button>
    <button id="theme" type="button"><span aria-hidden="true">◐</span><span class="hidden" id="theme-words">theme</span></button>
  </p>
</header>
<main>
<div data-view="overview wall">
  <div class="top-pair">
    <section aria-labelledby="grid-title" id="grid-section" hidden>
      <div class="bar">
        <h2 id="grid-title">Fleet</h2>
        <label>group <select id="grid-group"><option value="group">group</option></select></label>
        <label>colour <select id="grid-colour">
          <option value="state">state</option><option value="rtt">RTT</option><option value="loss">loss</option>
        </select></label>
      </div>
      <div id="grid-frame">
        <canvas id="grid" role="img" tabindex="0" aria-label="The fleet"></canvas>
        <div id="grid-mark" aria-hidden="true" hidden></div>
        <p id="grid-tip" role="status" hidden></p>
        <i id="grid-probe" hidden></i>
      </div>
      <ul id="grid-legend" class="legend" aria-label="What the colours stand for"></ul>
    </section>
    <section aria-labelledby="incidents-title" id="incidents-section">
      <h2 id="incidents-title">Incidents</h2>
      <ul id="incidents" class="incidents" aria-live="polite" aria-relevant="additions text"></ul>
    </section>
  </div>
  <section aria-labelledby="devices-title" id="devices-section">
    <div class="bar">
      <h2 id="devices-title">Devices</h2>
      <p id="range" class="soft"></p>
      <label class="filter"><span class="hidden">Filter devices</span>
        <input id="filter" type="search" placeholder="/ filter: state:down group:x rtt>50" autocomplete="off" spellcheck="false">
      </label>
    </div>
    <div id="device-scroll">
      <table id="devices" class="devices" role="table" aria-labelledby="devices-title">
        <thead id="device-head" role="rowgroup"></thead>
        <tbody id="rows-above" aria-hidden="true" hidden><tr><td></td></tr></tbody>
        <tbody id="device-rows" role="rowgroup"></tbody>
        <tbody id="rows-below" aria-hidden="true" hidden><tr><td></td></tr></tbody>
      </table>
    </div>
    <p id="no-devices" class="empty" hidden></p>
  </section>
  <div class="pair">
    <section aria-labelledby="activity-title">
      <h2 id="activity-title">Recent activity</h2>
      <ol id="activity" class="activity"></ol>
    </section>
    <section aria-labelledby="heals-title">
      <h2 id="heals-title">Heals</h2>
      <ul id="heals" class="heals"></ul>
    </section>
  </div>
</div>
<div id="device-page" data-view="device" hidden></div>
<div id="incidents-page" data-view="incidents" hidden></div>
<div id="heals-page" data-view="heals" hidden></div>
<div id="heal-page" data-view="heal" hidden></div>
</main>
<dialog id="help" aria-labelledby="help-title">
  <h2 id="help-title">Keys</h2>
  <table><tbody id="help-keys"></tbody></table>
  <button type="button" id="help-close">Close</button>
</dialog>
<dialog id="token-dialog" aria-labelledby="token-title">
  <form method="dialog" id="token-form">
    <h2 id="token-title">Token</h2>
    <p id="token-why"></p>
    <input id="token" type="password" autocomplete="off" aria-label="Token" required>
    <p class="buttons"><button type="button" id="token-cancel">Cancel</button> <button type="submit">Use it</button></p>
  </form>
</dialog>
<div id="toast" class="toast" role="status" hidden></div>
</body>
</html>
`;
