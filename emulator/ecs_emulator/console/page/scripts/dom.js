// Elements from descriptions. What people and programs wrote gets in as text alone: there is no way to give markup.

const SVG = "http://www.w3.org/2000/svg";
const made = new WeakMap(); // node to the description it was made from
const LIVE = new Set(["value", "checked", "disabled", "open", "selected"]); // properties that attributes do not follow

/** A description: tag, properties (`key` among them), children. false, null and "" are no child. */
export function h(tag, properties, ...children) {
  const { key = null, ...rest } = properties ?? {};
  const flat = children.flat(Infinity).filter((each) => each !== false && each != null && each !== "");
  return { tag, key, properties: rest, children: flat.map((each) => (typeof each === "object" ? each : String(each))) };
}

/** Make the children of an element what is described, with as few changes as possible. */
export function patch(element, children) {
  const svg = element.namespaceURI === SVG;
  const keyed = new Map();
  const wanted = new Set(children.map((child) => child.key));
  for (const node of [...element.childNodes]) {
    const key = made.get(node)?.key;
    if (key == null) continue;
    // First: else all that comes behind it would be moved.
    if (wanted.has(key)) keyed.set(key, node);
    else node.remove();
  }
  let place = element.firstChild;
  for (const child of children) {
    const found = match(place, child, keyed);
    if (found) {
      update(found, child);
      if (found === place) place = place.nextSibling;
      else element.insertBefore(found, place);
    } else {
      element.insertBefore(create(child, svg), place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function match(place, child, keyed) {
  if (typeof child === "string") return place?.nodeType === Node.TEXT_NODE ? place : null;
  if (child.key != null) {
    const found = keyed.get(child.key);
    return found && made.get(found).tag === child.tag ? found : null;
  }
  const there = place && made.get(place);
  return there && there.key == null && there.tag === child.tag ? place : null;
}

function create(child, svg) {
  if (typeof child === "string") return document.createTextNode(child);
  const inSvg = svg || child.tag === "svg";
  const node = inSvg ? document.createElementNS(SVG, child.tag) : document.createElement(child.tag);
  made.set(node, { tag: child.tag, key: child.key, properties: {}, children: [] });
  update(node, child);
  return node;
}

function update(node, child) {
  if (typeof child === "string") {
    if (node.data !== child) node.data = child;
    return;
  }
  const before = made.get(node);
  if (before === child) return;
  patch(node, child.children);
  for (const name of Object.keys(before.properties)) if (!(name in child.properties)) set(node, name, null);
  for (const [name, value] of Object.entries(child.properties)) {
    if (before.properties[name] !== value) set(node, name, value);
  }
  made.set(node, child);
}

function set(node, name, value) {
  if (typeof value === "function" || name.startsWith("on")) node[name] = value;
  else if (LIVE.has(name)) node[name] = value ?? "";
  else if (value == null || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

const cache = new Map();

/** The description that was made for these inputs the last time, or a new one. */
export function kept(name, inputs, make) {
  const before = cache.get(name);
  if (before && before.inputs.length === inputs.length && before.inputs.every((each, i) => each === inputs[i])) {
    return before.description;
  }
  const description = make();
  if (cache.size > 5000) cache.clear();
  cache.set(name, { inputs, description });
  return description;
}

export function forgetKept() {
  cache.clear();
}
