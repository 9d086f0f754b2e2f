// A picture with boxes drawn on it.
// Owns the drawing, its sharpness on any screen, and finding the box under a finger. Shapes come in thousandths of the
// upright picture, which is also how browsers show it. Does not own the words that point at boxes (view.js).

import { bounds } from "./tokens.js";
import { put } from "./words.js";

const INKS = ["#ff5d5d", "#37c871", "#4da3ff", "#ffb02e", "#c77dff", "#1fd1d1", "#ff7ac6", "#b5d334", "#ff8a3d", "#8f9bff"];
const DARK_INK = "#0b0d10";
const REACH = 10;
const LABELS_UPTO = 60;
const SMALL = 240;

// The colour of a phrase: the same words have the same colour in every answer.
export function inkOf(words) {
  let hash = 2166136261;
  for (const letter of words.trim().toLowerCase()) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619) >>> 0;
  return INKS[hash % INKS.length];
}

export class PictureView {
  // `onPhrase(number or null, pressed)` tells which phrase the pointer is at.
  constructor(onPhrase = () => {}) {
    this.element = document.createElement("div");
    this.element.className = "picture";
    this.image = document.createElement("img");
    this.image.decoding = "async";
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.element.append(this.image, this.canvas);
    this.picture = null;
    this.phrases = [];
    this.lit = null;
    this.waiting = 0;
    this.image.addEventListener("load", () => this.draw());
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.image);
    const at = (event) => this.phraseAt(event.offsetX, event.offsetY);
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") onPhrase(at(event), false);
    });
    this.canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") onPhrase(null, false);
    });
    this.canvas.addEventListener("click", (event) => onPhrase(at(event), true));
  }

  // Show a picture ({url, name, width, height}) and the phrases [{words, shapes}] that are on it.
  show(picture, phrases, label) {
    if (picture !== this.picture) {
      this.picture = picture;
      this.image.width = picture.width;
      this.image.height = picture.height;
      this.image.alt = "";
      const { width, height } = picture;
      this.element.classList.toggle("small", Math.max(width, height) < SMALL);
      this.element.classList.toggle("wide", width >= height);
      this.element.classList.toggle("tall", width < height);
      this.image.src = picture.url;
    }
    this.phrases = phrases;
    put(this.canvas, "label", "boxesOn", { name: label, count: this.count });
    this.canvas.removeAttribute("title");
    this.draw();
  }

  get count() {
    return this.phrases.reduce((sum, phrase) => sum + phrase.shapes.length, 0);
  }

  light(number) {
    if (number === this.lit) return;
    this.lit = number;
    this.draw();
  }

  dispose() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.waiting);
  }

  // Draw before the next frame; many calls draw once.
  draw() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.paint();
    });
  }

  paint() {
    const width = this.image.clientWidth;
    const height = this.image.clientHeight;
    const sharp = Math.min(window.devicePixelRatio || 1, 3);
    const { canvas } = this;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    const context = canvas.getContext("2d");
    if (context === null || !width || !height) return;
    context.scale(sharp, sharp);
    const few = this.count <= LABELS_UPTO;
    const order = [...this.phrases.keys()].filter((number) => number !== this.lit);
    if (this.lit !== null && this.phrases[this.lit]) order.push(this.lit);
    for (const labels of [false, true]) {
      for (const number of order) {
        const { words, shapes } = this.phrases[number];
        const lit = number === this.lit;
        context.globalAlpha = this.lit === null || lit ? 1 : 0.45;
        for (const shape of shapes) {
          if (!labels) drawShape(context, shape, width, height, inkOf(words), lit);
          else if (few || lit) drawLabel(context, words.trim(), shape, width, height, inkOf(words));
        }
      }
    }
  }

  // The phrase of the smallest shape at a place of the canvas, or null.
  phraseAt(x, y) {
    const width = this.canvas.clientWidth || 1;
    const height = this.canvas.clientHeight || 1;
    let found = null;
    let smallest = Infinity;
    for (const [number, phrase] of this.phrases.entries()) {
      for (const shape of phrase.shapes) {
        const [x1, y1, x2, y2] = bounds(shape);
        const inside = x >= (x1 * width) / 1000 - REACH && x <= (x2 * width) / 1000 + REACH
          && y >= (y1 * height) / 1000 - REACH && y <= (y2 * height) / 1000 + REACH;
        const area = (x2 - x1) * (y2 - y1);
        if (inside && area < smallest) {
          found = number;
          smallest = area;
        }
      }
    }
    return found;
  }
}

function drawShape(context, shape, width, height, ink, lit) {
  context.beginPath();
  for (const [x, y] of shape) context.lineTo((x * width) / 1000, (y * height) / 1000);
  context.closePath();
  if (lit) {
    const before = context.globalAlpha;
    context.globalAlpha = 0.2;
    context.fillStyle = ink;
    context.fill();
    context.globalAlpha = before;
  }
  context.lineJoin = "round";
  context.strokeStyle = DARK_INK;
  context.lineWidth = lit ? 6 : 4;
  context.stroke();
  context.strokeStyle = ink;
  context.lineWidth = lit ? 4 : 2;
  context.stroke();
}

function drawLabel(context, words, shape, width, height, ink) {
  if (!words) return;
  context.font = "600 12px system-ui, sans-serif";
  context.textBaseline = "middle";
  const [left, top] = bounds(shape);
  const shown = words.length > 40 ? `${words.slice(0, 39)}…` : words;
  const wide = Math.min(context.measureText(shown).width + 10, width);
  const x = Math.max(0, Math.min((left * width) / 1000 - 1, width - wide));
  const above = (top * height) / 1000 - 18;
  const y = above >= 0 ? above : (top * height) / 1000 + 2;
  context.fillStyle = ink;
  context.fillRect(x, y, wide, 17);
  context.fillStyle = DARK_INK;
  context.fillText(shown, x + 5, y + 9, wide - 10);
}
