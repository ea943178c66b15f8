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
    <button id="theme" type="button"><span aria-hidden="true">◐</span><span class="hidden" id="theme-words">theme</span></button>
  </p>
</header>
<main>
<div data-view="overview">
  <section aria-labelledby="incidents-title" id="incidents-section">
    <h2 id="incidents-title">Incidents</h2>
    <ul id="incidents" class="incidents" aria-live="polite" aria-relevant="additions text"></ul>
  </section>
  <section aria-labelledby="devices-title">
    <div class="bar">
      <h2 id="devices-title">Devices</h2>
      <label class="filter"><span class="hidden">Filter devices</span>
        <input id="filter" type="search" placeholder="Filter: press /" autocomplete="off" spellcheck="false">
      </label>
    </div>
    <table id="devices" class="devices" role="table" aria-labelledby="devices-title">
      <thead role="rowgroup"><tr role="row">
        <th role="columnheader" scope="col">State</th>
        <th role="columnheader" scope="col">Device</th>
        <th role="columnheader" scope="col" class="number">RTT</th>
        <th role="columnheader" scope="col">Last 20</th>
        <th role="columnheader" scope="col" class="number">Loss</th>
        <th role="columnheader" scope="col" class="number">Uptime</th>
        <th role="columnheader" scope="col" class="number">Average</th>
        <th role="columnheader" scope="col" class="number">For</th>
        <th role="columnheader" scope="col">Note</th>
      </tr></thead>
      <tbody id="device-rows" role="rowgroup"></tbody>
    </table>
    <p id="no-devices" class="empty" hidden></p>
    <button id="more" type="button" class="more" hidden></button>
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
