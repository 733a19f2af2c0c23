// An address that others can open, passed on by what the device has for it, or else copied.
import { writeAddress } from "./address.js";
import { permalinkOf } from "./permalink.js";

/** The address of a mysfit's profile, for everybody. */
export const addressOf = (id) =>
  permalinkOf(id) ?? new URL(writeAddress({ page: "mysfits", id }), location.href.split(/[?#]/)[0]).href;

/** "shared", "copied" or "left" (a visitor who thought better of it); throws where not even copying works. */
export async function share({ title, text, url }) {
  if (navigator.share) {
    try {
      await navigator.share({ title, text, url });
      return "shared";
    } catch (error) {
      if (error.name === "AbortError") return "left";
      // Some desktops have the button and nothing behind it.
    }
  }
  await copy(url);
  return "copied";
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages that came by plain HTTP have no clipboard; the old way works there.
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    field.className = "visually-hidden";
    const front = document.querySelector("dialog:modal") ?? document.body;
    const { activeElement } = document;
    front.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    activeElement?.focus();
    if (!done) throw new Error("Nothing can be copied here.");
  }
}
