// A classic script, so that it runs before the first paint: the language must be known by then.
// Everything else waits until the page has been painted, and then arrives in one go.
{
  const LANGUAGES = ["en", "ko", "zh"];
  const root = document.documentElement;

  // A page of one mysfit, as publishing makes them, is the list with its profile open.
  const mysfit = document.querySelector("meta[name=mysfit]")?.content;
  if (mysfit && !location.hash) history.replaceState(null, "", `/#/mysfits/${encodeURIComponent(mysfit)}`);

  let remembered = null;
  try {
    remembered = localStorage.getItem("mysfits.language");
  } catch {
    // Storage may be forbidden; the browser's own languages will do.
  }
  const wanted = [remembered, ...navigator.languages].map((tag) => String(tag).slice(0, 2).toLowerCase());
  root.lang = wanted.find((tag) => LANGUAGES.includes(tag)) ?? "en";
  // The words in the HTML are English: other readers should not see them flash by.
  root.classList.toggle("wordless", root.lang !== "en");

  const soon = [
    "config.js",
    "scripts/main.js",
    "scripts/address.js",
    "scripts/api.js",
    "scripts/card.js",
    "scripts/dom.js",
    "scripts/finder.js",
    "scripts/gallery.js",
    "scripts/memory.js",
    "scripts/mysfits.js",
    "scripts/parts.js",
    "scripts/selection.js",
    "scripts/status.js",
    "scripts/words.js",
    { en: "scripts/words/en.js", ko: "scripts/words/ko.js", zh: "scripts/words/zh.js" }[root.lang],
  ];
  const told = {
    en: ["i18n/hooks.en.json"],
    ko: ["i18n/hooks.ko.json", "i18n/descriptions.ko.json"],
    zh: ["i18n/hooks.zh.json", "i18n/descriptions.zh.json"],
  }[root.lang];

  const painted = new Promise((done) => new PerformanceObserver(done).observe({ type: "paint", buffered: true }));
  // A tab in the background paints nothing, and not every browser tells of a paint without words.
  const late = new Promise((done) => addEventListener("DOMContentLoaded", () => setTimeout(done, 200)));

  Promise.race([painted, late]).then(() => {
    const link = (its) => document.head.append(Object.assign(document.createElement("link"), its));
    for (const href of soon) link({ rel: "modulepreload", href });
    for (const href of told) link({ rel: "preload", as: "fetch", crossOrigin: "", href });
    import("./main.js").catch((error) => {
      root.classList.remove("wordless");
      const stuck = document.getElementById("stuck");
      stuck.setAttribute("role", "alert");
      stuck.hidden = false;
      reportError(error);
    });
  });
}
