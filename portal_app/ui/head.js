// Runs in the head of every page, before the first paint. `/i18n.js` fills the two places.
(() => {
  const facts = __FACTS__;
  const root = document.documentElement;
  root.lang = facts.lang;
  root.dir = facts.dir;
  root.dataset.mode = facts.mode;
  const kind = facts.skeletons.find(([prefix]) => location.pathname.startsWith(prefix));
  root.dataset.skeleton = kind ? kind[1] : "detail";

  // The server links a brand's stylesheet into the first document. Client navigation keeps the
  // document, so the sheet rests on every page that is not below the same membership.
  const owner = (path) => path.split("/", 4).join("/");
  const rest = () => {
    const link = document.querySelector("link[data-for]");
    if (link) link.disabled = owner(link.dataset.for) !== owner(location.pathname);
  };
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name];
    history[name] = function (...given) {
      change.apply(this, given);
      rest();
    };
  }
  addEventListener("popstate", rest);
})();
globalThis.__portal_messages = __MESSAGES__;
