// What stands around every view: where one is, and the moment that is looked at.

import { h } from "./dom.js";
import { badge, link } from "./parts.js";
import { languageNow, speak, t, clock } from "./words.js";

const PLACES = [["clusters", "Clusters"], ["task-definitions", "Task definitions"], ["load-balancers", "Load balancers"], ["logs", "Log groups"],
  ["stacks", "Stacks"], ["tables", "Tables"], ["work", "Load and drills"]];

export const navigation = (now) => PLACES.map(([name, text]) => link(name, t(text), { "aria-current": name === now ? "page" : null }));

export function header(ctx) {
  const { store, about } = ctx;
  const { position, length } = store.range();
  const isLive = store.isLive();
  const step = (label, text, direction, disabled) =>
    h("button", { type: "button", class: "plain", "aria-label": label, title: label, disabled, onclick: () => store.step(direction) }, text);
  return [
    h("a", { class: "brand", href: "#/clusters" }, h("img", { src: "/icon.svg", alt: "", width: 24, height: 24 }), ctx.program),
    h("span", { class: "where" }, `${about.region ?? ""}${about.speed > 1 ? ` · ${about.speed}× ${t("speed")}` : ""}`),
    connection(ctx),
    h("div", { class: "time", role: "group", "aria-label": t("Time") },
      h("input", { type: "range", min: 1, max: Math.max(1, length), value: position, "aria-label": t("Moment"), "aria-valuetext": clock(store.now()), oninput: (event) => store.seek(Number(event.target.value)) }),
      step(t("One change back"), "◀", -1, position <= 1),
      isLive ? h("button", { type: "button", onclick: () => store.pause() }, t("Pause"))
        : h("button", { type: "button", class: "first", onclick: () => store.live() }, t("Go live")),
      step(t("One change forward"), "▶", 1, position >= length),
      h("output", { class: isLive ? null : "soft" }, `${isLive ? t("Live") : t("Paused")} ${clock(store.now())}`)),
    h("button", { type: "button", class: "plain language", lang: languageNow() === "ko" ? "en" : "ko", onclick: () => { speak(languageNow() === "ko" ? "en" : "ko"); dispatchEvent(new Event("languages")); } },
      languageNow() === "ko" ? "English" : "한국어"),
  ];
}

function connection(ctx) {
  if (ctx.connection === "open") return null;
  return badge(ctx.connection === "lost" ? t("Disconnected; trying again …") : t("Connecting …"), "warn");
}
