// What moves for joy. Those who asked for quiet get none of it.
import { element } from "./dom.js";

export const isQuiet = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Sparks that fly from the middle of an element, and are gone. */
export function burst(from, count = 10) {
  if (isQuiet()) return;
  const cloud = element("span", "burst");
  cloud.setAttribute("aria-hidden", "true");
  for (let i = 0; i < count; i += 1) {
    const spark = element("i");
    spark.style.setProperty("--turn", `${(i * 360) / count}deg`);
    spark.style.setProperty("--far", `${2 + (i % 3) * 0.6}rem`);
    cloud.append(spark);
  }
  from.append(cloud);
  setTimeout(() => cloud.remove(), 900);
}

/** Little portraits that rain on an element, and are gone. */
export function confetti(over, picture, count = 26) {
  if (isQuiet()) return;
  const rain = element("div", "confetti");
  rain.setAttribute("aria-hidden", "true");
  for (let i = 0; i < count; i += 1) {
    const piece = element("i", i % 2 ? "face" : "");
    if (i % 2) piece.style.backgroundImage = `url(${JSON.stringify(picture)})`;
    piece.style.setProperty("--from", `${(i * 37) % 100}%`);
    piece.style.setProperty("--late", `${(i % 7) * 90}ms`);
    piece.style.setProperty("--turn", `${((i * 83) % 360) - 180}deg`);
    piece.style.setProperty("--hue", String((i * 67) % 360));
    rain.append(piece);
  }
  over.append(rain);
  setTimeout(() => rain.remove(), 3_200);
}

/** A number that has changed rolls in from below; what it was rolls out above. */
export function roll(place, text) {
  const was = place.textContent;
  if (was === text) return;
  place.textContent = text;
  if (!was || isQuiet()) return;
  place.dataset.was = was;
  place.classList.remove("rolling");
  void place.offsetWidth; // the same animation again needs a layout between the two
  place.classList.add("rolling");
}
