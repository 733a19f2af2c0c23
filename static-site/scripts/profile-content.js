// What a profile shows of one mysfit; the dialog that it stands in is profile.js.
import { ageInWords } from "./age.js";
import { showAlignment, showPortrait } from "./card.js";
import { copyOf, partsOf } from "./dom.js";
import { knownMysfit, neighbourOf, readProfile, watchMysfits } from "./mysfits.js";
import { notice } from "./notice.js";
import { mountPart } from "./parts.js";
import { announce, slowNotice } from "./status.js";
import { descriptionLanguage, fillWords, inWords, t } from "./words.js";

export function profileOf(id, { leave, turn }) {
  const { copy } = copyOf("profile-content");
  const root = copy.firstElementChild;
  const parts = partsOf(root);
  const part = (name) => parts[name];
  fillWords(root);
  part("close").addEventListener("click", leave);
  for (const [name, by] of [["before", -1], ["after", 1]]) part(name).addEventListener("click", () => turn(by));

  function draw() {
    part("before").hidden = !neighbourOf(id, -1);
    part("after").hidden = !neighbourOf(id, 1);
    const mysfit = knownMysfit(id);
    if (!mysfit?.name) return;
    const { name, species, description } = inWords(mysfit);
    part("name").textContent = name;
    part("species").textContent = species;
    part("age").textContent = ageInWords(mysfit.age);
    showPortrait(part("portrait"), mysfit.profileImageUri || mysfit.thumbImageUri, { name, species });
    showAlignment(part, mysfit);
    root.classList.remove("unknown");
    // The list says all but this.
    if (mysfit.description === undefined) return;
    part("description").textContent = description;
    part("description").lang = descriptionLanguage(mysfit);
    root.classList.remove("loading");
  }

  async function load() {
    part("trouble").replaceChildren();
    const slow = slowNotice(part("trouble"));
    root.classList.add("loading");
    draw();
    try {
      const mysfit = await readProfile(id);
      draw();
      root.classList.remove("loading");
      part("deeds").hidden = false;
      announce(t("profile.loaded", { name: inWords(mysfit).name }));
      await mountDeeds();
    } catch (problem) {
      root.classList.remove("loading");
      root.classList.add("failed");
      root.classList.toggle("unknown", !knownMysfit(id));
      if (!knownMysfit(id)) part("name").textContent = t("profile.unknown");
      const missing = problem.kind === "missing";
      const retry = missing ? leave : again;
      part("trouble").replaceChildren(
        notice(problem, { retry, retryWord: missing ? "gallery.everyone" : undefined, byItself: !missing }),
      );
    } finally {
      slow.stop();
    }
  }

  function again() {
    part("close").focus();
    root.classList.remove("failed", "unknown");
    return load();
  }

  let mounted;
  const mountDeeds = () =>
    (mounted ??= Promise.all([
      mountPart(part("like"), () => import("./like.js"), part("like"), id),
      mountPart(part("adopt"), () => import("./adopt.js"), part("adopt"), id),
      mountPart(part("certificate"), () => import("./certificate.js"), part("certificate"), id),
    ]));

  const stop = watchMysfits((changed) => {
    if (!root.isConnected) stop();
    else if (!changed || changed === id) draw();
  });
  function focusOn(name) {
    draw();
    (part(name).hidden ? part("close") : part(name)).focus({ preventScroll: true });
  }
  return { root: copy, load, focusOn };
}
