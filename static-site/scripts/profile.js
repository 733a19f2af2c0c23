import { address, go, leaveProfile, watchAddress } from "./address.js";
import { linkOf } from "./card.js";
import { painted } from "./dom.js";
import { needStyles } from "./later-styles.js";
import { neighbourOf } from "./mysfits.js";
import { notice } from "./notice.js";
import { profileOf } from "./profile-content.js";
import { moveStatus } from "./status.js";
import { turnByKeyAndSwipe } from "./turning.js";

const styled = needStyles("styles/profile.css");

export function mount(dialog, trouble) {
  let open = "";
  let last = "";
  let closedByAddress = false;
  let turned = "after"; // the button that leads on in the direction that was last taken

  const show = async (id) => {
    open = last = id;
    await Promise.all([styled, painted()]);
    if (open !== id) return;
    const content = profileOf(id, { leave: leaveProfile, turn });
    const wasOpen = dialog.open;
    dialog.replaceChildren(content.root);
    if (wasOpen) content.focusOn(turned);
    else {
      // What a scroll bar takes stays taken when it goes, so that nothing moves.
      document.documentElement.classList.toggle("has-scrollbar", innerWidth > document.documentElement.clientWidth);
      dialog.showModal();
    }
    dialog.scrollTop = 0;
    moveStatus(dialog);
    await content.load();
  };

  const hide = () => {
    open = "";
    if (!dialog.open) return;
    closedByAddress = true;
    dialog.close();
  };

  function turn(by) {
    const id = neighbourOf(open, by);
    if (!id) return;
    turned = by < 0 ? "before" : "after";
    go({ id }, { replace: true });
  }
  turnByKeyAndSwipe(dialog, turn);

  // The dialog closes when the address is another. The way back takes a moment, and must not undo a step that a
  // visitor took meanwhile on the page behind it.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leaveProfile();
  });

  dialog.addEventListener("close", () => {
    // The event comes a moment after the deed; by then the next profile may be open, or on its way.
    const byVisitor = !closedByAddress;
    closedByAddress = false;
    if (dialog.open) return;
    moveStatus(document.body);
    const { page } = address();
    const its = document.getElementById(linkOf(page, last));
    // The browser gives the focus back to what had it: not to the card of whom was looked at last, if that is another.
    if (its && page !== "community") its.focus({ preventScroll: its.checkVisibility() && isInView(its) });
    if (byVisitor) leaveProfile();
  });
  dialog.addEventListener("click", ({ target }) => {
    // The dialog's content fills it, so only the backdrop is the dialog itself.
    if (target === dialog) leaveProfile();
  });

  watchAddress(({ id }) => {
    trouble.replaceChildren();
    if (!id) hide();
    else if (id !== open) show(id).catch((problem) => trouble.replaceChildren(notice(problem, {})));
  });
}

function isInView(element) {
  const { top, bottom } = element.closest("li").getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
