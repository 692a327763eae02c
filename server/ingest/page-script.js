// The script a city adds to its pages:
//   <script src="https://vigie.example/vigie.js" data-key="…" defer></script>
// It tells of page views, of searches (their number of results, from an element with data-vigie-results), of forms
// with data-vigie-service that are started, submitted or abandoned, and of errors. Nothing a citizen types is read,
// nothing is stored in the browser, and the id of a visit lives only as long as the page.
// Served without these lines and without indentation; a test keeps that within 2,048 bytes.
(() => {
  const script = document.currentScript;
  const url = new URL(`/api/v1/events?key=${script.dataset.key}`, script.src).href;
  const visit = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('');
  const started = new Map();
  let waiting = [];
  let count = 0;
  let errors = 0;
  let path;
  let timer;

  const flush = () => {
    // A text, not JSON by its type: that would need a preflight, which a page being left has no time for.
    if (waiting.length && navigator.sendBeacon(url, JSON.stringify(waiting))) waiting = [];
  };
  const tell = (type, data) => {
    waiting.push({
      specversion: '1.0',
      id: `${visit}-${count++}`,
      source: location.origin,
      type: `org.vigie311.web.${type}`,
      subject: visit,
      time: new Date().toISOString(),
      data: { path: location.pathname.slice(0, 500), ...data },
    });
    clearTimeout(timer);
    timer = setTimeout(flush, 500);
  };
  const view = () => {
    if (path === location.pathname) return;
    path = location.pathname;
    tell('page_viewed');
    const found = document.querySelector('[data-vigie-results]');
    if (found) tell('search_made', { results: +found.dataset.vigieResults || 0 });
  };
  const onForm = (name, work) =>
    addEventListener(
      name,
      (event) => {
        const form = event.target.closest?.('form[data-vigie-service]');
        if (form) work(form, { service: form.dataset.vigieService });
      },
      true,
    );
  const failed = () => errors++ < 10 && tell('error');

  onForm('input', (form, data) => {
    if (started.has(form)) return;
    started.set(form, data);
    tell('form_started', data);
  });
  onForm('submit', (form, data) => {
    started.delete(form);
    tell('form_submitted', data);
    flush();
  });
  addEventListener('error', failed);
  addEventListener('unhandledrejection', failed);
  addEventListener('popstate', view);
  if (window.navigation) navigation.addEventListener('navigatesuccess', view);
  document.addEventListener('visibilitychange', flush);
  addEventListener('pagehide', () => {
    for (const data of started.values()) tell('form_abandoned', data);
    started.clear();
    flush();
  });
  view();
})();
