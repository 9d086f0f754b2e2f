// A small, safe Markdown: model text becomes elements and text nodes, never HTML.
// Owns blocks (paragraphs, headings, lists, quotes, code, tables, rules), inline marks and changing only what changed
// while an answer streams. Links are text with their address; pictures and HTML in a text are shown as text.
// Does not own what a phrase looks like: `makePhrase(number, phrase)` is given.

import { phrases } from "./tokens.js";

const OPEN = "\uE000";
const CLOSE = "\uE001";
const FENCE = /^ {0,3}(```+|~~~+)\s*([\w+#.-]*)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^(\s*)(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
// Marks reach 2000 characters at most, so that text with many lone marks stays quick to read.
const INLINE = new RegExp(
  [
    `${OPEN}(\\d+):[\\d.]+${CLOSE}`,
    "(`+)([^`]{1,2000}?)\\2(?!`)",
    "\\*\\*(?=\\S)([^\\n]{0,2000}?\\S)\\*\\*",
    "__(?=\\S)([^\\n]{0,2000}?\\S)__(?!\\w)",
    "~~(?=\\S)([^\\n]{0,2000}?\\S)~~",
    "\\*(?=[^\\s*])([^\\n*]{0,2000}?[^\\s*])\\*",
    "!?\\[([^\\]\\n]{0,500})\\]\\(\\s*<?([^)\\s>]{1,2000})>?(?:\\s+\"[^\"\\n]{0,500}\")?\\s*\\)",
    "\\\\([\\\\`*_{}\\[\\]()#+\\-.!~|<>])",
  ].join("|"),
  "g",
);
const DEEPEST = 6;

// Show `text` in `parent`. A phrase in it stands as OPEN number:shapes.letters CLOSE while it is read. Returns the phrases, in order. Called again with more text, it keeps what is unchanged.
export function show(parent, text, makePhrase) {
  const found = [];
  let marked = "";
  for (const part of phrases(text)) {
    if (typeof part === "string") {
      marked += part.replace(/[\uE000\uE001]/g, "\uFFFD");
    } else {
      marked += `${OPEN}${found.length}:${part.shapes.length}.${part.words.length}${CLOSE}`;
      found.push(part);
    }
  }
  const context = { phrases: found, makePhrase };
  patchBlocks(parent, blocks(marked.split("\n"), 0), context);
  return found;
}

// Blocks: {kind, source, ...}; `source` is all that its look depends on.
function blocks(lines, depth) {
  const out = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (!line.trim()) {
      at += 1;
      continue;
    }
    const read = fence(lines, at) || heading(lines, at) || rule(lines, at) || quote(lines, at, depth)
      || list(lines, at, depth) || table(lines, at) || paragraph(lines, at);
    out.push(read.block);
    at = read.next;
  }
  return out;
}

function fence(lines, at) {
  const match = FENCE.exec(lines[at]);
  if (match === null) return null;
  let next = at + 1;
  const body = [];
  while (next < lines.length) {
    const end = FENCE.exec(lines[next]);
    if (end !== null && end[1].startsWith(match[1]) && !end[2]) break;
    body.push(lines[next]);
    next += 1;
  }
  const code = body.join("\n");
  return { block: { kind: "code", source: code, language: match[2] }, next: Math.min(next + 1, lines.length) };
}

function heading(lines, at) {
  const match = HEADING.exec(lines[at]);
  if (match === null) return null;
  return { block: { kind: `h${Math.min(match[1].length + 2, 6)}`, source: match[2] }, next: at + 1 };
}

function rule(lines, at) {
  return RULE.test(lines[at]) ? { block: { kind: "hr", source: "" }, next: at + 1 } : null;
}

function quote(lines, at, depth) {
  if (!QUOTE.test(lines[at]) || depth >= DEEPEST) return null;
  const inner = [];
  let next = at;
  while (next < lines.length && QUOTE.test(lines[next])) inner.push(QUOTE.exec(lines[next++])[1]);
  return { block: { kind: "blockquote", source: inner.join("\n"), inner: blocks(inner, depth + 1) }, next };
}

function list(lines, at, depth) {
  const first = ITEM.exec(lines[at]);
  if (first === null || first[1].length > 3 || depth >= DEEPEST) return null;
  const ordered = first[3] !== undefined;
  const indent = first[1].length;
  const items = [];
  let next = at;
  while (next < lines.length) {
    const line = lines[next];
    const match = ITEM.exec(line);
    if (match !== null && match[1].length <= indent + 1) {
      if ((match[3] !== undefined) !== ordered) break;
      items.push([match[4]]);
    } else if (/^\s/.test(line) && line.trim()) {
      items[items.length - 1].push(line.replace(/^ {1,4}|^\t/, ""));
    } else if (!line.trim() && next + 1 < lines.length && /^\s+\S/.test(lines[next + 1])) {
      items[items.length - 1].push("");
    } else if (line.trim() || next + 1 >= lines.length || !ITEM.test(lines[next + 1])) {
      break;
    }
    next += 1;
  }
  const block = {
    kind: ordered ? "ol" : "ul",
    source: lines.slice(at, next).join("\n"),
    start: ordered ? Number(first[3]) : 1,
    items: items.map((item) => ({ kind: "li", source: item.join("\n"), inner: blocks(item, depth + 1) })),
  };
  return { block, next };
}

function table(lines, at) {
  if (!lines[at].includes("|") || at + 1 >= lines.length || !TABLE_RULE.test(lines[at + 1])) return null;
  if (!lines[at + 1].includes("-")) return null;
  let next = at + 2;
  while (next < lines.length && lines[next].includes("|") && lines[next].trim()) next += 1;
  const rows = [lines[at], ...lines.slice(at + 2, next)].map(cells);
  return { block: { kind: "table", source: lines.slice(at, next).join("\n"), rows }, next };
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function paragraph(lines, at) {
  let next = at + 1;
  while (next < lines.length && lines[next].trim() && !begins(lines, next)) next += 1;
  return { block: { kind: "p", source: lines.slice(at, next).join("\n") }, next };
}

function begins(lines, at) {
  const line = lines[at];
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || /^ {0,3}(?:[-*+]|1[.)])\s+\S/.test(line);
}

// Elements: what was shown is compared with what is to be shown, from the front.

const shownBlocks = new WeakMap();
const shownInline = new WeakMap();

function patchBlocks(parent, wanted, context) {
  const had = shownBlocks.get(parent) || [];
  let same = 0;
  while (same < had.length && same < wanted.length && alike(had[same], wanted[same])) same += 1;
  const grows = same < had.length && same < wanted.length && had[same].kind === wanted[same].kind;
  const keep = same + (grows ? 1 : 0);
  while (parent.childNodes.length > keep) parent.lastChild.remove();
  if (grows) fill(parent.childNodes[same], wanted[same], context);
  for (const block of wanted.slice(keep)) {
    const element = document.createElement(block.kind === "code" ? "pre" : block.kind);
    fill(element, block, context);
    parent.append(element);
  }
  shownBlocks.set(parent, wanted);
}

function alike(one, other) {
  return one.kind === other.kind && one.source === other.source && one.start === other.start;
}

function fill(element, block, context) {
  if (block.kind === "code") {
    const code = element.firstChild || document.createElement("code");
    code.textContent = plainly(block.source, context);
    element.replaceChildren(code);
    element.tabIndex = 0;
  } else if (block.kind === "blockquote" || block.kind === "li") {
    patchBlocks(element, block.inner, context);
  } else if (block.kind === "ol" || block.kind === "ul") {
    if (block.kind === "ol") element.start = block.start;
    patchBlocks(element, block.items, context);
  } else if (block.kind === "table") {
    element.replaceChildren();
    block.rows.forEach((row, number) => element.append(tableRow(row, number === 0, context)));
  } else if (block.kind !== "hr") {
    patchInline(element, inline(block.source), context);
  }
}

function tableRow(row, isHead, context) {
  const element = document.createElement("tr");
  for (const cell of row) {
    const box = document.createElement(isHead ? "th" : "td");
    if (isHead) box.scope = "col";
    patchInline(box, inline(cell), context);
    element.append(box);
  }
  return element;
}

// Inline pieces: {kind, source}; the same two make the same node.
function inline(source) {
  const out = [];
  let from = 0;
  const plain = (text) => {
    if (text) out.push({ kind: "text", source: text });
  };
  for (const match of source.matchAll(INLINE)) {
    plain(source.slice(from, match.index));
    from = match.index + match[0].length;
    const [whole, phrase, , code, strong, strong2, gone, soft, label, address, escaped] = match;
    if (phrase !== undefined) out.push({ kind: "phrase", source: whole, number: Number(phrase) });
    else if (code !== undefined) out.push({ kind: "code", source: code });
    else if (strong !== undefined || strong2 !== undefined) out.push({ kind: "strong", source: strong ?? strong2 });
    else if (gone !== undefined) out.push({ kind: "s", source: gone });
    else if (soft !== undefined) out.push({ kind: "em", source: soft });
    else if (address !== undefined) out.push({ kind: "link", source: whole, label, address, picture: whole[0] === "!" });
    else plain(escaped);
  }
  plain(source.slice(from));
  return out;
}

function patchInline(parent, wanted, context) {
  const had = shownInline.get(parent) || [];
  let same = 0;
  while (same < had.length && same < wanted.length
    && had[same].kind === wanted[same].kind && had[same].source === wanted[same].source) same += 1;
  while (parent.childNodes.length > same) parent.lastChild.remove();
  const more = document.createDocumentFragment();
  for (const piece of wanted.slice(same)) more.append(inlineNode(piece, context));
  parent.append(more);
  shownInline.set(parent, wanted);
}

function inlineNode(piece, context) {
  switch (piece.kind) {
    case "phrase":
      return context.makePhrase(piece.number, context.phrases[piece.number]);
    case "code": {
      const code = document.createElement("code");
      code.textContent = plainly(piece.source, context);
      return code;
    }
    case "strong":
    case "em":
    case "s": {
      const element = document.createElement(piece.kind);
      patchInline(element, inline(piece.source), context);
      return element;
    }
    case "link":
      return linkNode(piece, context);
    default:
      return document.createTextNode(piece.source);
  }
}

// Only web addresses become links, they open elsewhere, and their address is always to be read.
function linkNode({ label, address, picture }, context) {
  const plain = plainly(address, context);
  const words = plainly(label, context);
  const shown = words && words !== plain ? `${words} (${plain})` : plain;
  if (picture || !/^https?:\/\//i.test(plain)) return document.createTextNode(shown);
  const link = document.createElement("a");
  link.href = plain;
  link.rel = "noopener noreferrer nofollow";
  link.target = "_blank";
  link.textContent = shown;
  return link;
}

// Inside code and addresses a phrase is its words.
function plainly(text, context) {
  return text.replace(/\uE000(\d+):[\d.]+\uE001/g, (_, number) => context.phrases[Number(number)].words);
}
