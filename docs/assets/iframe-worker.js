/* Search without a server. A page that was opened from a folder may not start a worker, so the worker's script runs in a
   hidden frame of the same page instead: what it posts comes back as messages, and what is posted to it waits until the
   script is there. Over http the browser's own workers are used. */
"use strict";

if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      this.place = new URL(url, location.href).href;
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => this.tell(new MessageEvent("message", { data }));
      inside.importScripts = async (...urls) => {
        for (const each of urls) await this.load(each); // one after the other: later ones need earlier ones
      };
      inside.addEventListener("error", (event) => this.tell(new ErrorEvent("error", { message: event.message })));
      this.load(this.place).then(() => {
        const first = this.waiting;
        this.waiting = null;
        first.forEach((data) => this.postMessage(data));
      });
    }

    load(url) {
      return new Promise((resolve, reject) => {
        const script = this.frame.contentDocument.createElement("script");
        script.src = new URL(url, this.place).href; // as a worker counts addresses: from its own
        script.onload = resolve;
        script.onerror = () => reject(new Error(script.src));
        this.frame.contentDocument.body.append(script);
      });
    }

    tell(event) {
      this.dispatchEvent(event);
      const handler = this[`on${event.type}`];
      if (handler) handler.call(this, event);
    }

    postMessage(data) {
      if (this.waiting) this.waiting.push(data);
      else this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data }));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
