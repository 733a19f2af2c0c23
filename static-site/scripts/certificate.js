// What somebody gets who has adopted a mysfit: a certificate to read, to keep as a picture and to share.
import { readVoices } from "./resources.js";
import { copyOf } from "./dom.js";
import { adoptedHere, recall, watchMemory } from "./memory.js";
import { confetti } from "./motion.js";
import { knownMysfit, learn, watchMysfits } from "./mysfits.js";
import { addressOf, share } from "./share.js";
import { announce } from "./status.js";
import { currentLanguage, fillWords, formatDate, inWords, t } from "./words.js";

export async function mount(root, id) {
  let filled = false;
  const voices = await readVoices(currentLanguage()).catch(() => ({}));

  function draw() {
    const mysfit = knownMysfit(id);
    root.hidden = !mysfit.adopted || !adoptedHere.has(id);
    if (root.hidden) return;
    if (!filled) fill(mysfit);
    filled = true;
    if (!mysfit.adoptedNow) return;
    learn(id, { adoptedNow: false });
    confetti(root.closest("article"), mysfit.thumbImageUri ?? "");
  }

  function fill(mysfit) {
    const { copy, part } = copyOf("certificate");
    fillWords(copy);
    const facts = factsOf(mysfit, voices[id] ?? []);
    part("portrait").src = facts.picture;
    part("line").textContent = facts.line;
    part("voice").replaceChildren(
      ...facts.voice.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
    );
    part("voice").hidden = !facts.voice.length;
    part("date").textContent = facts.date;
    part("date").parentElement.hidden = !facts.date;
    part("number").textContent = facts.number;
    const save = part("save");
    save.addEventListener("click", async () => {
      try {
        const { savePoster } = await import("./poster.js");
        await savePoster(facts);
        announce(t("certificate.saved"));
      } catch (error) {
        reportError(error);
        announce((save.textContent = t("certificate.failed")));
      }
    });
    part("share").addEventListener("click", ({ currentTarget }) => pass(currentTarget, facts));
    root.replaceChildren(copy);
  }

  async function pass(button, { name }) {
    const done = await share({ title: name, text: t("share.adopted", { name }), url: addressOf(id) }).catch(() => "failed");
    if (done === "copied" || done === "failed") announce((button.textContent = t(`share.${done}`)));
  }

  const stops = [
    watchMysfits((changed) => {
      if (!root.isConnected) stops.forEach((stop) => stop());
      else if (changed === id) draw();
    }),
    watchMemory(() => root.isConnected && draw()),
  ];
  draw();
}

function factsOf(mysfit, voice) {
  const { name, species } = inWords(mysfit);
  const when = Date.parse(recall(`adopted-on.${mysfit.mysfitId}`) ?? "");
  return {
    name,
    title: t("certificate.title"),
    line: t("certificate.line", { name, species }),
    voice,
    date: Number.isFinite(when) ? formatDate(when) : "",
    number: String(mysfit.mysfitId).slice(0, 8).toUpperCase(),
    numbered: t("certificate.number"),
    picture: mysfit.profileImageUri || mysfit.thumbImageUri || "images/shy.svg",
  };
}
