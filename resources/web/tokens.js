// The grammar of canonical Qwen-VL text in the browser: phrases and where they point.
// Owns reading a text into plain pieces and phrases, as the program's own reader does it (a test compares the two).
// Does not own Markdown (markdown.js) or drawing (picture.js).

const TOKEN = /<(ref|box|quad|img)>((?:(?!<(?:ref|box|quad|img)>)[\s\S])*?)<\/\1>/g;
const POINT = String.raw`\(\s*([0-9]+)\s*,\s*([0-9]+)\s*\)`;
const BOX = new RegExp(String.raw`^\s*${POINT}\s*,\s*${POINT}\s*$`);
const QUAD = new RegExp(String.raw`^\s*${POINT}\s*,\s*${POINT}\s*,\s*${POINT}\s*,\s*${POINT}\s*$`);
const BETWEEN_SHAPES = /^[ ,，、\n]*$/;
const TAGS = ["<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>"];
const GRID = 1000;

// The corners of one body as [[x, y], ...] in thousandths, or null when it is none.
function corners(tag, body) {
  const match = (tag === "box" ? BOX : QUAD).exec(body);
  if (match === null) return null;
  const values = match.slice(1).map((digits) => (digits.length < 6 ? Number(digits) : GRID));
  if (values.some((value) => value >= GRID)) return null;
  const points = [];
  for (let i = 0; i < values.length; i += 2) points.push([values[i], values[i + 1]]);
  if (tag === "quad") return points;
  const [[x1, y1], [x2, y2]] = points;
  return x1 <= x2 && y1 <= y2 ? [[x1, y1], [x2, y1], [x2, y2], [x1, y2]] : null;
}

// The smallest box around the corners: [x1, y1, x2, y2] in thousandths.
export function bounds(points) {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

// A text as strings and phrases {words, shapes}, in order. A shape is its corners. Broken tokens stay plain.
export function phrases(text) {
  const parts = [];
  let between = "";
  let plainFrom = 0;
  const put = (words) => {
    if (words) parts.push(words);
  };
  const attach = (shape) => {
    const before = parts[parts.length - 1];
    if (before !== undefined && typeof before !== "string" && BETWEEN_SHAPES.test(between)) {
      before.shapes.push(shape);
    } else {
      put(between);
      parts.push({ words: "", shapes: [shape] });
    }
    between = "";
  };
  for (const match of text.matchAll(TOKEN)) {
    const [whole, tag, body] = match;
    const shape = tag === "box" || tag === "quad" ? corners(tag, body) : [];
    if (shape === null) continue;
    between += text.slice(plainFrom, match.index);
    plainFrom = match.index + whole.length;
    if (tag === "ref") {
      put(between);
      between = "";
      parts.push({ words: body, shapes: [] });
    } else if (tag === "img") {
      put(between);
      between = "";
      parts.push(whole);
    } else {
      attach(shape);
    }
  }
  put(between + text.slice(plainFrom));
  return parts;
}

// An unfinished answer without what is not yet certain: half a tag and an open shape go, an open ref is closed.
export function settled(text) {
  const cut = text.lastIndexOf("<");
  if (cut >= 0) {
    const tail = text.slice(cut);
    if (TAGS.some((tag) => tag !== tail && tag.startsWith(tail))) text = text.slice(0, cut);
  }
  for (const name of ["box", "quad"]) {
    const opened = text.lastIndexOf(`<${name}>`);
    if (opened > text.lastIndexOf(`</${name}>`)) text = text.slice(0, opened);
  }
  return text.lastIndexOf("<ref>") > text.lastIndexOf("</ref>") ? `${text}</ref>` : text;
}
