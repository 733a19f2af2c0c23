// A certificate as a picture: drawn on a canvas, saved by the browser.

const [WIDTH, HEIGHT, EDGE] = [1080, 1440, 60];
const INK = "#2b1d4a";
const SOFT = "#65577f";

export async function savePoster(facts) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  draw(canvas.getContext("2d"), facts, await pictureOf(facts.picture));
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("This canvas gives no picture.");
  const href = URL.createObjectURL(blob);
  const download = `${facts.name.replace(/[^\p{Letter}\p{Number}]+/gu, "-").slice(0, 60) || "mysfit"}.png`;
  Object.assign(document.createElement("a"), { href, download }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

function pictureOf(src) {
  return new Promise((done, fail) => {
    const image = Object.assign(new Image(), { width: 800, height: 800 });
    image.onload = () => done(image);
    image.onerror = () => fail(new Error(`No picture at ${src}.`));
    image.src = src;
  });
}

function draw(pen, { name, title, line, voice, date, number, numbered }, picture) {
  const style = getComputedStyle(document.documentElement);
  const serif = style.getPropertyValue("--serif") || "serif";
  const sans = style.getPropertyValue("--sans") || "sans-serif";
  pen.fillStyle = "#fdf6ec";
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.strokeStyle = "#f6b93b";
  for (const [inset, width] of [[28, 6], [42, 2]]) {
    pen.lineWidth = width;
    pen.strokeRect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset);
  }
  pen.textAlign = "center";
  pen.direction = "inherit";
  const write = (text, y, size, { face = sans, weight = 400, colour = INK, lines = 2 } = {}) => {
    pen.fillStyle = colour;
    pen.font = `${weight} ${size}px ${face}`;
    for (const each of wrapped(pen, text, WIDTH - 2 * EDGE - 80).slice(0, lines)) {
      pen.fillText(each, WIDTH / 2, y, WIDTH - 2 * EDGE);
      y += size * 1.3;
    }
    return y;
  };
  write(title, 130, 44, { face: serif, weight: 700, colour: "#553a8c", lines: 1 });
  const side = 620;
  pen.save();
  pen.beginPath();
  pen.roundRect((WIDTH - side) / 2, 180, side, side, 36);
  pen.clip();
  pen.drawImage(picture, (WIDTH - side) / 2, 180, side, side);
  pen.restore();
  let y = write(name, 890, 84, { face: serif, weight: 700, lines: 1 });
  y = write(line, y - 30, 34, { colour: SOFT }) + 24;
  for (const each of voice) y = write(each, y, 36, { face: serif, weight: 400, lines: 2 }) + 6;
  const last = [date, `${numbered} ${number}`].filter(Boolean).join("  ·  ");
  write(last, HEIGHT - 118, 28, { colour: SOFT, lines: 1 });
  write("Mythical Mysfits", HEIGHT - 74, 26, { face: serif, weight: 700, colour: "#b3263f", lines: 1 });
}

/** Lines that fit, broken between words, or between any two characters where there are no spaces. */
function wrapped(pen, text, width) {
  const lines = [""];
  for (const piece of text.match(/[\p{Script=Han}，。！？：、]|[^\s\p{Script=Han}，。！？：、]+\s*|\s+/gu) ?? []) {
    const longer = lines.at(-1) + piece;
    if (lines.at(-1) && pen.measureText(longer).width > width) lines.push(piece);
    else lines[lines.length - 1] = longer;
  }
  return lines.map((line) => line.trim());
}
