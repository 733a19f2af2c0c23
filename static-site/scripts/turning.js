// Leafing through profiles: by arrow keys, and by a finger that goes sideways.

const FAR_ENOUGH = 60;

/** Calls `turn(-1)` or `turn(1)`. */
export function turnByKeyAndSwipe(dialog, turn) {
  dialog.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!by || altKey || ctrlKey || metaKey || shiftKey || target.closest("input, textarea, select")) return;
    event.preventDefault();
    turn(by);
  });

  let from;
  dialog.addEventListener(
    "touchstart",
    ({ touches, target }) => {
      // Two fingers magnify, and a question is not left by a slip.
      const asked = dialog.querySelector(".asking");
      from = touches.length === 1 && !asked && !target.closest("button, a") ? touches[0] : undefined;
    },
    { passive: true },
  );
  dialog.addEventListener(
    "touchend",
    ({ changedTouches: [to] }) => {
      if (!from) return;
      const [across, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
      from = undefined;
      // A page that is magnified is moved by the same gesture.
      if (Math.abs(across) < FAR_ENOUGH || Math.abs(across) < 2 * Math.abs(down) || visualViewport?.scale > 1) return;
      turn(across < 0 ? 1 : -1);
    },
    { passive: true },
  );
}
