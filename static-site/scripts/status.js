// One status region for the whole page. What is outside an open modal dialog is inert and is not
// read out, so the region moves into the dialog that is in front.

const region = document.querySelector("[role=status]");

export function announce(sentence) {
  const front = document.querySelector("dialog:modal") ?? document.body;
  if (region.parentElement !== front) front.append(region);
  // The same sentence twice is news twice, and only a change is read out.
  region.textContent = "";
  setTimeout(() => (region.textContent = sentence), 50);
}

/** Call when a dialog opens or closes, so that the region is in place before there is news. */
export const moveStatus = (home) => home.append(region);
