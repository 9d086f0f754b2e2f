// One chat as plain data: what was asked, with which pictures, and what was answered.
// Owns the order, the messages that are sent, and which picture the boxes of an answer are on. Knows no element.

import { dataUrl } from "./intake.js";
import { Problem } from "./server.js";

export const State = { asked: "asked", answering: "answering", done: "done", stopped: "stopped", failed: "failed" };

export class Exchange {
  constructor(question, pictures) {
    this.question = question;
    this.pictures = pictures;
    this.answer = "";
    this.state = State.asked;
    this.problem = null;
    this.model = "";
    this.cut = false;
    this.figures = null;
  }

  get running() {
    return this.state === State.asked || this.state === State.answering;
  }

  // Forget the answer, to ask again.
  again() {
    const fresh = new Exchange(this.question, this.pictures);
    Object.assign(this, { ...fresh });
  }
}

export class Chat {
  constructor() {
    this.exchanges = [];
  }

  get pictures() {
    return this.exchanges.flatMap((exchange) => exchange.pictures);
  }

  // The picture that boxes in the answer of `exchange` are on: the last one named up to there. Null without any.
  pictureOf(exchange) {
    const upto = this.exchanges.indexOf(exchange) + 1;
    return this.exchanges.slice(0, upto).flatMap((one) => one.pictures).at(-1) || null;
  }

  // The messages that ask the last question. Questions without an answer are left out; their pictures move on.
  // Throws `Problem` when all is more than the server takes.
  async messages(limits) {
    const messages = [];
    let waiting = [];
    let bytes = 0;
    for (const [number, exchange] of this.exchanges.entries()) {
      const last = number === this.exchanges.length - 1;
      waiting = [...waiting, ...exchange.pictures];
      if (!last && !exchange.answer) continue;
      bytes += waiting.reduce((sum, picture) => sum + picture.blob.size * (4 / 3), 0);
      if (bytes > limits.body_bytes * 0.98) throw new Problem("tooLarge");
      const parts = [];
      for (const picture of waiting) parts.push({ type: "image_url", image_url: { url: await dataUrl(picture) } });
      messages.push({ role: "user", content: [...parts, { type: "text", text: exchange.question }] });
      waiting = [];
      if (!last) messages.push({ role: "assistant", content: exchange.answer });
    }
    return messages;
  }
}
