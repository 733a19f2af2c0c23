import { needStyles } from "./later-styles.js";

/** The page on paper. Its styles come late, so that nothing on the screen waits for them. */
export function mount(root) {
  needStyles("styles/print.css");
  addEventListener("beforeprint", () => {
    // What has not been scrolled to is printed all the same.
    for (const image of root.querySelectorAll("img[loading=lazy]")) image.loading = "eager";
  });
}
