"""Contrast of what is drawn, computed from styles where axe does not look: https://www.w3.org/TR/WCAG22/#contrast-minimum."""

# Of an element, or of a part of it such as "::placeholder": the ratio of its text's colour to what lies behind.
CONTRAST = """
const contrast = (element, part) => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const seen = [...function* up(each) { for (; each; each = each.parentElement) yield each }(element)];
  const last = seen.findIndex((each) => /^(rgb\\(|color\\((?!.*\\/))/.test(getComputedStyle(each).backgroundColor));
  const draw = (colour) => { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1) };
  const light = () => {
    const [red, green, blue] = [...paint.getImageData(0, 0, 1, 1).data].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const layers = seen.slice(0, last < 0 ? undefined : last + 1).reverse();
  for (const each of layers) draw(getComputedStyle(each).backgroundColor);
  const behind = light();
  const style = getComputedStyle(element, part);
  paint.globalAlpha = part ? Number(style.opacity) : 1;
  draw(style.color);
  const [darker, lighter] = [behind, light()].sort((one, other) => one - other);
  return (lighter + 0.05) / (darker + 0.05);
};
"""


def contrast_of(element: str, part: str = "") -> str:
    """Expression for the contrast of the element that an expression gives."""
    return f"(() => {{ {CONTRAST} return contrast({element}, {part!r} || undefined); }})()"
