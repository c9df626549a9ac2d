// Runs in the head of every page, before the first paint. `/i18n.js` fills the two places.
(() => {
  const facts = __FACTS__;
  const root = document.documentElement;
  root.lang = facts.lang;
  root.dir = facts.dir;
  root.dataset.mode = facts.mode;
  const kind = facts.skeletons.find(([prefix]) => location.pathname.startsWith(prefix));
  root.dataset.skeleton = kind ? kind[1] : "detail";

  // The preview speaks every language, so its words must be there before the page is.
  if (/^\/(preview|studio)\//.test(location.pathname))
    for (const other of facts.others)
      document.write(`<script src="/i18n.js?add=${other}"></script>`);

  // Signing out clears the storage in which Reflex keeps the theme, and pages without scripts can't
  // read it. A cookie carries the choice over both.
  const [, kept] = document.cookie.match(/(?:^|; )portal_theme=(light|dark|system)/) ?? [];
  if (kept && !localStorage.getItem("theme")) localStorage.setItem("theme", kept);
  addEventListener("click", () =>
    setTimeout(() => {
      const theme = localStorage.getItem("theme");
      if (theme && !document.cookie.includes(`portal_theme=${theme}`))
        document.cookie = `portal_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
    }),
  );

  // Days and times are told by the clock of an account, which is this browser's until one is chosen.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  if (timeZone && !document.cookie.includes(`portal_zone=${timeZone}`))
    document.cookie = `portal_zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;

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

  // Before a session ends by itself the page says so, while it can still be kept. Asking is no use
  // in the server's eyes; a computer that slept asks when it wakes.
  const WARN = 120;
  let timer;
  const look = async () => {
    const box = document.getElementById("session-warning");
    let wait = 60;
    if (box && !document.hidden) {
      const answer = await fetch("/auth/session").catch(() => null);
      if (answer?.ok) {
        const { seconds, final } = await answer.json();
        if (!seconds) return location.reload();
        box.dataset.kind = final ? "final" : "idle";
        box.hidden = seconds > WARN;
        wait = box.hidden ? Math.min(seconds - WARN, 600) : Math.min(seconds, 15);
      }
    }
    soon(wait);
  };
  const soon = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, seconds * 1000 + 500);
  };
  addEventListener("visibilitychange", () => soon(0));
  addEventListener("click", (event) => event.target.closest?.("#stay") && soon(2));
  soon(60);
})();
globalThis.__portal_messages = __MESSAGES__;
