// One exchange on the screen: the question, and the answer beside its picture.
// Owns their elements, lighting a phrase and its boxes together, and the tools under an answer. Does not own asking
// (app.js), the grammar (tokens.js), Markdown (markdown.js) or drawing (picture.js).

import { State } from "./chat.js";
import { show } from "./markdown.js";
import { PictureView, inkOf } from "./picture.js";
import { settled } from "./tokens.js";
import { put, unput } from "./words.js";

const BOX_SIGN = "▢";

export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

// A button with a drawn sign and a name for everyone.
export function iconButton(icon, name, values = {}) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${icon}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  const button = make("button", "icon", svg);
  button.type = "button";
  put(button, "label", name, values);
  return button;
}

export class ExchangeView {
  // `actions`: again(), enlarge(picture, phrases, label, lit), copy(text) -> promise of whether it was copied.
  constructor(exchange, chat, actions) {
    this.exchange = exchange;
    this.chat = chat;
    this.actions = actions;
    this.phrases = [];
    this.lit = null;
    this.pinned = null;
    this.makeQuestion();
    this.makeAnswer();
    this.element = make("article", "exchange", this.question, this.answer);
    this.refresh();
  }

  makeQuestion() {
    const { exchange, chat } = this;
    const you = make("h2", "unseen");
    put(you, "text", "you");
    this.question = make("section", "question", you);
    if (exchange.pictures.length) {
      const row = make("div", "thumbs");
      for (const picture of exchange.pictures) row.append(this.makeThumb(picture, chat.pictures.indexOf(picture) + 1));
      this.question.append(row);
    }
    const words = make("p", "asked");
    words.textContent = exchange.question;
    this.question.append(words);
  }

  makeThumb(picture, number) {
    const image = make("img");
    image.src = picture.url;
    image.alt = "";
    const button = make("button", "thumb", image);
    button.type = "button";
    const name = { word: "picture", values: { number } };
    put(button, "label", "enlarge", { name });
    button.addEventListener("click", () => this.actions.enlarge(picture, this.phrasesOn(picture), name, null));
    return button;
  }

  makeAnswer() {
    const heading = make("h2", "unseen");
    put(heading, "text", "answer");
    this.view = new PictureView((number, pressed) => this.pointed(number, pressed, true));
    this.large = iconButton("enlarge", "enlarge", { name: "" });
    this.large.classList.add("enlarge");
    this.large.addEventListener("click", () => {
      const picture = this.chat.pictureOf(this.exchange);
      if (picture) this.actions.enlarge(picture, this.phrases, this.pictureName(picture), this.pinned);
    });
    this.figure = make("figure", "", this.view.element, this.large);
    this.words = make("div", "words");
    this.status = make("p", "status");
    this.retry = make("button", "plain");
    this.retry.type = "button";
    put(this.retry, "text", "retry");
    this.retry.addEventListener("click", () => this.actions.again());
    this.figures = make("span", "figures");
    this.copyButton = iconButton("copy", "copy");
    this.copyButton.addEventListener("click", () => this.copy());
    this.againButton = iconButton("again", "regenerate");
    this.againButton.addEventListener("click", () => this.actions.again());
    this.foot = make("div", "foot", this.copyButton, this.againButton, this.figures);
    this.answer = make("section", "answer", heading, this.figure, make("div", "said", this.words, this.status, this.retry, this.foot));
    this.listen();
  }

  // Pointing at a phrase lights its boxes.
  listen() {
    const numberOf = (event) => {
      const phrase = event.target.closest("button.phrase");
      return phrase ? Number(phrase.dataset.phrase) : null;
    };
    this.words.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") this.pointed(numberOf(event), false, false);
    });
    this.words.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.pointed(null, false, false);
    });
    this.words.addEventListener("focusin", (event) => this.pointed(numberOf(event), false, false));
    this.words.addEventListener("focusout", () => this.pointed(null, false, false));
    this.words.addEventListener("click", (event) => {
      const number = numberOf(event);
      if (number !== null) this.pointed(number, true, false);
    });
  }

  pictureName(picture) {
    return { word: "picture", values: { number: this.chat.pictures.indexOf(picture) + 1 } };
  }

  phrasesOn(picture) {
    return picture === this.chat.pictureOf(this.exchange) ? this.phrases : [];
  }

  // What is shown

  refresh() {
    const { exchange } = this;
    const text = exchange.running ? settled(exchange.answer) : exchange.answer;
    this.phrases = show(this.words, text, (number, phrase) => this.makePhrase(number, phrase));
    this.words.hidden = !text;
    this.answer.setAttribute("aria-busy", String(exchange.running));
    const picture = this.chat.pictureOf(exchange);
    const hasBoxes = this.phrases.some((phrase) => phrase.shapes.length);
    this.figure.hidden = !picture || !(exchange.pictures.length || hasBoxes);
    this.answer.classList.toggle("seen", !this.figure.hidden);
    if (!this.figure.hidden) {
      const name = this.pictureName(picture);
      this.view.show(picture, this.phrases, name);
      put(this.large, "label", "enlarge", { name });
    }
    this.refreshFoot();
    this.light(this.lit);
  }

  refreshFoot() {
    const { exchange } = this;
    const ended = !exchange.running;
    this.foot.hidden = !ended || !exchange.answer;
    this.retry.hidden = !(this.last && (exchange.state === State.failed || (exchange.state === State.stopped && !exchange.answer)));
    this.againButton.hidden = !this.last || !this.retry.hidden;
    const figures = exchange.figures;
    this.figures.hidden = !figures;
    if (figures) put(this.figures, "text", figures.rate ? "figures" : "figuresShort", figures);
    this.saying();
  }

  saying() {
    const { exchange, status } = this;
    status.classList.toggle("bad", exchange.state === State.failed);
    if (exchange.state === State.failed) put(status, "text", exchange.problem.word, exchange.problem.values);
    else if (exchange.state === State.stopped) put(status, "text", "stopped");
    else if (exchange.state === State.done && !exchange.answer.trim()) put(status, "text", "nothing");
    else if (exchange.cut) put(status, "text", "cut");
    else if (exchange.state === State.asked) put(status, "text", this.seconds > 2 ? "thinkingFor" : "thinking", { seconds: this.seconds });
    else unput(status, "text");
    status.hidden = !status.dataset.text;
  }

  // How long nothing has come yet.
  waited(seconds) {
    this.seconds = seconds;
    if (this.exchange.state === State.asked) this.saying();
  }

  // Whether this is the chat's last exchange: only that one can be asked again.
  setLast(last) {
    this.last = last;
    this.refreshFoot();
  }

  makePhrase(number, phrase) {
    const count = phrase.shapes.length;
    const shown = phrase.words.trim() || BOX_SIGN;
    if (!count) return make("span", "phrase", phrase.words);
    const button = make("button", "phrase", shown);
    button.type = "button";
    if (count > 1) button.append(make("span", "times", `×${count}`));
    button.dataset.phrase = String(number);
    button.style.setProperty("--ink", inkOf(phrase.words));
    const words = phrase.words.trim() || { word: "place" };
    put(button, "label", count === 1 ? "phrase1" : "phraseMany", { words, count });
    button.removeAttribute("title");
    return button;
  }

  // Lighting

  pointed(number, pressed, fromPicture) {
    if (pressed) {
      this.pinned = number === this.pinned ? null : number;
      this.light(this.pinned);
      const found = fromPicture && this.pinned !== null && this.words.querySelector(`[data-phrase="${this.pinned}"]`);
      if (found) found.scrollIntoView({ block: "nearest" });
    } else {
      this.light(number === null ? this.pinned : number);
    }
  }

  light(number) {
    this.lit = number;
    for (const lit of this.words.querySelectorAll("button.phrase.lit")) lit.classList.remove("lit");
    if (number !== null) {
      const found = this.words.querySelector(`button.phrase[data-phrase="${number}"]`);
      if (found) found.classList.add("lit");
    }
    this.view.light(number);
  }

  async copy() {
    const copied = await this.actions.copy(this.exchange.answer);
    put(this.figures, "text", copied ? "copied" : "copyFailed");
    this.figures.hidden = false;
    clearTimeout(this.copyTimer);
    this.copyTimer = setTimeout(() => this.refreshFoot(), copied ? 1500 : 6000);
  }

  dispose() {
    clearTimeout(this.copyTimer);
    this.view.dispose();
  }
}
