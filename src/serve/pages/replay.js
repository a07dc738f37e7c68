// ReplayWeb.page frames its own pages as soon as its service worker is known, and gives up when the worker is slow to take
// over. So the worker is started first, and ReplayWeb.page's element put into the page once the worker answers. Where there
// can be none, ReplayWeb.page says why.
(() => {
  const { worker, scope } = document.currentScript.dataset;
  const show = () => {
    const element = document.getElementById("replay");
    element.replaceWith(element.content);
  };
  const active = (registration) =>
    new Promise((resolve, reject) => {
      const next = registration.installing || registration.waiting;
      if (registration.active || !next) return resolve();
      next.addEventListener("statechange", () => {
        if (next.state === "activated") resolve();
        if (next.state === "redundant") reject(new Error("the service worker was not installed"));
      });
    });
  const container = navigator.serviceWorker;
  if (!container) return show();
  container.register(worker, { scope }).then(active).catch(console.error).then(show);
})();
