import { address, go, watchAddress } from "./address.js";
import { showAlignment, showPortrait } from "./card.js";
import { copyOf, needStyles, painted } from "./dom.js";
import { knownMysfit, readProfile, watchMysfits } from "./mysfits.js";
import { notice, slowNotice } from "./notice.js";
import { mountPart } from "./parts.js";
import { announce, moveStatus } from "./status.js";
import { descriptionLanguage, fillWords, inWords, t } from "./words.js";

const styled = needStyles("styles/profile.css");

export function mount(dialog, trouble) {
  let open = "";
  let last = "";
  let cameFromList = false;
  let closedByAddress = false;
  let leaving = false;

  const show = async (id) => {
    open = last = id;
    await Promise.all([styled, painted()]);
    if (open !== id || dialog.open) return;
    const content = profileOf(id, { leave });
    dialog.replaceChildren(content.root);
    dialog.showModal();
    moveStatus(dialog);
    await content.load();
  };

  const hide = () => {
    open = "";
    if (!dialog.open) return;
    closedByAddress = true;
    dialog.close();
  };

  function leave() {
    if (!address().id || leaving) return;
    // Back, where there is a back: closing and the back button then leave the same history.
    leaving = cameFromList;
    if (cameFromList) history.back();
    else go({ id: "" }, { replace: true });
  }

  // The dialog closes when the address is another. The way back takes a moment, and must not undo a step that a
  // visitor took meanwhile on the page behind it.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });

  dialog.addEventListener("close", () => {
    // The event comes a moment after the deed; by then the next profile may be open, or on its way.
    const byVisitor = !closedByAddress;
    closedByAddress = false;
    if (dialog.open) return;
    moveStatus(document.body);
    // The browser gives the focus back to what had it, unless the list was drawn anew meanwhile.
    const lost = document.activeElement === document.body || dialog.contains(document.activeElement);
    if (lost) document.getElementById(`view-${last}`)?.focus();
    if (byVisitor) leave();
  });
  dialog.addEventListener("click", ({ target }) => {
    // The dialog's content fills it, so only the backdrop is the dialog itself.
    if (target === dialog) leave();
  });

  let before;
  watchAddress(({ id }) => {
    trouble.replaceChildren();
    leaving = false;
    cameFromList = before === "" && id !== "";
    before = id;
    if (!id) hide();
    else if (id !== open) {
      hide();
      show(id).catch((problem) => trouble.replaceChildren(notice(problem, {})));
    }
  });
}

function profileOf(id, { leave }) {
  const { copy, part: find } = copyOf("profile-content");
  const root = copy.firstElementChild;
  const parts = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((each) => [each.dataset.part, each]));
  const part = (name) => parts[name];
  fillWords(root);
  part("close").addEventListener("click", leave);

  function draw() {
    const mysfit = knownMysfit(id);
    if (!mysfit?.name) return;
    const { name, species, description } = inWords(mysfit);
    part("name").textContent = name;
    part("species").textContent = species;
    showPortrait(part("portrait"), mysfit.profileImageUri ?? mysfit.thumbImageUri, { name, species });
    showAlignment(part, mysfit);
    if (!Number.isFinite(mysfit.age)) return;
    part("age").textContent = t("profile.age", { count: mysfit.age });
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
    ]));

  const stop = watchMysfits((changed) => {
    if (!root.isConnected) stop();
    else if (changed === id) draw();
  });
  return { root: copy, load };
}
