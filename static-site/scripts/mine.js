// Whom this device adopted and likes. Nothing here leaves the device.
import { address, go, watchAddress } from "./address.js";
import { card } from "./card.js";
import { adoptedHere, likedHere, watchMemory } from "./memory.js";
import { howMany, knownMysfit, setOrder, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { watchLanguage } from "./words.js";

export function mount(root) {
  const [place, adopted, liked] = ["place", "adopted", "liked"].map((name) => root.querySelector(`[data-part="${name}"]`));
  let shown;

  function draw() {
    if (address().page !== "mine") return;
    const at = adoptedHere.all().filter(knownMysfit);
    const near = likedHere.all().filter((id) => knownMysfit(id) && !at.includes(id));
    const order = JSON.stringify([at, near, howMany() > 0]);
    if (order === shown) return;
    shown = order;
    setOrder([...at, ...near]);
    for (const [part, ids] of [[adopted, at], [liked, near]]) {
      part.hidden = !ids.length;
      const cards = ids.map((id) => card(knownMysfit(id), { eager: false, page: "mine" }).element);
      part.querySelector("ul").replaceChildren(...cards);
    }
    const everyone = () => go({ page: "mysfits", id: "" });
    const nobody = howMany() > 0 && !at.length && !near.length;
    place.replaceChildren(...(nobody ? [notice({ kind: "alone" }, { retry: everyone, retryWord: "gallery.everyone" })] : []));
  }

  function afresh() {
    shown = undefined;
    draw();
  }

  watchLanguage(afresh);
  watchMemory(afresh);
  watchMysfits((id) => {
    if (!id) draw();
    else if (!document.querySelector("dialog:modal")) afresh();
  });
  watchAddress(({ id }) => id || afresh());
}
