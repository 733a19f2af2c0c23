import { readRelease } from "./resources.js";
import { t, watchLanguage } from "./words.js";

/** Which version and revision answers. A service that does not say is no trouble to a visitor. */
export function mount(place) {
  const footer = place.closest("footer");
  // Asked only when the footer comes into view: the list comes first.
  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    const release = await readRelease().catch(() => undefined);
    if (!release?.version && !release?.revision) return;
    place.hidden = false;
    watchLanguage(() => {
      place.textContent = [
        release.version && t("release.version", { version: String(release.version) }),
        release.revision && t("release.revision", { revision: String(release.revision) }),
      ]
        .filter(Boolean)
        .join(" · ");
    });
  });
  observer.observe(footer);
}
