// The page: the key, the chat, the composer, and what happens when something is pressed.
// Owns the flow. Does not own the parts: server.js, chat.js, view.js, picture.js, intake.js, words.js.

import { Chat, Exchange, State } from "./chat.js";
import * as intake from "./intake.js";
import { PictureView } from "./picture.js";
import * as server from "./server.js";
import { settled } from "./tokens.js";
import { ExchangeView, iconButton, make } from "./view.js";
import { chooseLanguage, put, switchLanguage, translate, unput } from "./words.js";

const THEME = "qvl-theme";
const SOONEST = 60;
const NEAR = 80;
const byId = (id) => document.getElementById(id);

let chat = new Chat();
let views = [];
let attached = [];
let limits = { body_bytes: 192e6, picture_bytes: 64e6, pictures: 64 };
let asking = null;
let largeView = null;

// The key

async function start() {
  chooseLanguage();
  useTheme(keptTheme());
  translate();
  listen();
  const kept = server.keptKey();
  if (!kept) return showKeyForm();
  return tryKey(kept);
}

function showKeyForm(problem = null) {
  byId("app").hidden = true;
  byId("gate").hidden = false;
  sayKeyProblem(problem);
  byId("key").focus();
}

function sayKeyProblem(problem) {
  const line = byId("key-problem");
  line.hidden = problem === null;
  byId("key").setAttribute("aria-invalid", String(problem !== null));
  if (problem) put(line, "text", problem.word, problem.values);
}

async function tryKey(key) {
  const button = byId("enter");
  button.disabled = true;
  put(button, "text", "checking");
  try {
    const names = await server.enter(key);
    limits = await server.limits();
    showModels(names);
    byId("key").value = "";
    byId("gate").hidden = true;
    byId("app").hidden = false;
    byId("question").focus();
  } catch (error) {
    if (problemOf(error).status === 401) server.forgetKey();
    showKeyForm(problemOf(error));
  } finally {
    button.disabled = false;
    put(button, "text", "enter");
  }
}

function leave() {
  newChat();
  server.forgetKey();
  showKeyForm();
}

function showModels(names) {
  const choice = byId("model");
  const before = choice.value;
  choice.replaceChildren(
    ...names.map((name) => {
      const option = make("option");
      option.value = name;
      if (name === "base") put(option, "text", "baseModel");
      else option.textContent = name;
      return option;
    }),
  );
  if (names.includes(before)) choice.value = before;
  choice.disabled = names.length < 2;
}

function problemOf(error) {
  return error instanceof server.Problem ? error : new server.Problem("failed", { reason: String(error.message || error) });
}

// Asking

function send() {
  const field = byId("question");
  const question = field.value.trim();
  if (asking || !question) return;
  const exchange = new Exchange(question, attached);
  attached = [];
  field.value = "";
  fit(field);
  chat.exchanges.push(exchange);
  const view = new ExchangeView(exchange, chat, { again: () => again(exchange), enlarge, copy });
  views.push(view);
  byId("talk").append(view.element);
  showAttached();
  say(null);
  run(exchange, view);
}

function again(exchange) {
  if (asking || exchange !== chat.exchanges.at(-1)) return;
  exchange.again();
  run(exchange, views.at(-1));
}

async function run(exchange, view) {
  const control = new AbortController();
  asking = control;
  exchange.model = byId("model").value;
  showBusy();
  for (const one of views) one.setLast(one === view);
  view.waited(0);
  view.refresh();
  follow(true);
  const began = performance.now();
  const clock = setInterval(() => view.waited(Math.round((performance.now() - began) / 1000)), 1000);
  const painter = paintSoon(view);
  try {
    const messages = await chat.messages(limits);
    control.signal.throwIfAborted();
    const end = await server.answer(exchange.model, messages, control.signal, (piece) => {
      exchange.state = State.answering;
      exchange.answer += piece;
      painter.soon();
    });
    exchange.state = State.done;
    exchange.cut = end.finish === "length";
    exchange.figures = figuresOf(end, performance.now() - began);
    byId("said").textContent = "";
    put(byId("said"), "text", "answered");
  } catch (error) {
    exchange.answer = settled(exchange.answer);
    exchange.state = error.name === "AbortError" ? State.stopped : State.failed;
    if (exchange.state === State.failed) await failed(exchange, problemOf(error));
  } finally {
    clearInterval(clock);
    painter.stop();
    if (asking === control) asking = null;
    showBusy();
    view.refresh();
    follow();
  }
}

async function failed(exchange, problem) {
  exchange.problem = problem;
  put(byId("said"), "text", problem.word, problem.values);
  if (problem.status === 401 || problem.status === 403) {
    server.forgetKey();
    showKeyForm(problem);
  } else if (problem.status === 404) {
    await server.modelNames().then(showModels, () => {});
  }
}

function figuresOf({ usage, timings }, milliseconds) {
  if (!usage || !usage.completion_tokens) return null;
  const seconds = ((timings && timings.total_ms) || milliseconds) / 1000;
  const rate = timings && timings.predicted_per_second;
  const count = usage.completion_tokens;
  const tokens = { word: count === 1 ? "token1" : "tokenMany", values: { count } };
  return { tokens, rate: rate ? rate.toFixed(rate < 10 ? 1 : 0) : "", seconds: seconds.toFixed(1) };
}

// Gathers the pieces of a stream: the longer showing takes, the rarer it is done.
function paintSoon(view) {
  let timer = 0;
  let pause = SOONEST;
  const paint = () => {
    timer = 0;
    const began = performance.now();
    view.refresh();
    follow();
    pause = Math.max(SOONEST, 4 * (performance.now() - began));
  };
  return {
    soon() {
      timer = timer || setTimeout(paint, pause);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

function stop() {
  if (asking) asking.abort();
}

function newChat() {
  stop();
  asking = null;
  for (const view of views) view.dispose();
  for (const picture of [...chat.pictures, ...attached]) URL.revokeObjectURL(picture.url);
  chat = new Chat();
  views = [];
  attached = [];
  byId("talk").replaceChildren();
  showAttached();
  showBusy();
  say(null);
  byId("question").focus();
}

// Stay at the end of the talk while the reader is there; `always` goes there.
let atEnd = true;
function follow(always = false) {
  const scroller = byId("scroller");
  if (always || atEnd) scroller.scrollTop = scroller.scrollHeight;
}

function showBusy() {
  byId("send").hidden = asking !== null;
  byId("stop").hidden = asking === null;
  byId("hello").hidden = chat.exchanges.length > 0;
  enableSend();
}

function enableSend() {
  byId("send").disabled = !byId("question").value.trim();
}

function say(problem) {
  const line = byId("notice");
  line.hidden = problem === null;
  if (problem) put(line, "text", problem.word, problem.values);
  else unput(line, "text");
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

// Browsers offer the clipboard to https pages only; a server on the local network is none.
function copyTheOldWay(text) {
  const field = make("textarea", "unseen");
  field.value = text;
  document.body.append(field);
  const before = document.activeElement;
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before) before.focus();
  return copied;
}

// Pictures

async function attach(files) {
  say(null);
  for (const file of files) {
    if (chat.pictures.length + attached.length >= limits.pictures) {
      say(new server.Problem("tooMany", { limit: limits.pictures }));
      break;
    }
    try {
      attached = [...attached, await intake.take(file, limits)];
      showAttached();
    } catch (error) {
      say(problemOf(error));
    }
  }
  byId("question").focus();
}

function showAttached() {
  const strip = byId("attached");
  strip.hidden = !attached.length;
  strip.replaceChildren(...attached.map(chip));
}

function chip(picture) {
  const image = make("img");
  image.src = picture.url;
  image.alt = picture.name;
  if (picture.smaller) put(image, "label", "made_smaller", { name: picture.name });
  const away = iconButton("close", "takeAway", { name: picture.name });
  away.addEventListener("click", () => {
    attached = attached.filter((one) => one !== picture);
    URL.revokeObjectURL(picture.url);
    showAttached();
    byId("question").focus();
  });
  return make("li", "", image, away);
}

function enlarge(picture, phrases, label, lit) {
  const dialog = byId("large");
  let pinned = lit;
  largeView = new PictureView((number, pressed) => {
    if (pressed) pinned = number;
    largeView.light(number === null ? pinned : number);
  });
  byId("large-place").replaceChildren(largeView.element);
  largeView.show(picture, phrases, label);
  largeView.light(lit);
  dialog.showModal();
}

// Look

function keptTheme() {
  try {
    return localStorage.getItem(THEME) || "";
  } catch {
    return "";
  }
}

function useTheme(name) {
  if (name === "dark" || name === "light") document.documentElement.dataset.theme = name;
}

function switchTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const next = (document.documentElement.dataset.theme || system) === "dark" ? "light" : "dark";
  useTheme(next);
  try {
    localStorage.setItem(THEME, next);
  } catch {
    // The choice lasts as long as the page.
  }
}

function fit(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

// Events

function listen() {
  byId("key-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const key = byId("key").value.trim();
    if (key) tryKey(key);
    else sayKeyProblem(new server.Problem("keyMissing"));
  });
  byId("show-key").addEventListener("change", (event) => {
    byId("key").type = event.target.checked ? "text" : "password";
  });
  for (const button of document.querySelectorAll(".switch-language")) {
    button.addEventListener("click", () => {
      switchLanguage();
      translate();
    });
  }
  for (const button of document.querySelectorAll(".switch-theme")) button.addEventListener("click", switchTheme);
  byId("new").addEventListener("click", newChat);
  byId("leave").addEventListener("click", leave);
  byId("stop").addEventListener("click", stop);
  byId("scroller").addEventListener("scroll", () => {
    const { scrollHeight, scrollTop, clientHeight } = byId("scroller");
    atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
  });
  for (const example of document.querySelectorAll(".example")) {
    example.addEventListener("click", () => {
      byId("question").value = example.textContent;
      enableSend();
      byId("question").focus();
    });
  }
  listenToComposer();
  listenToPictures();
}

function listenToComposer() {
  const field = byId("question");
  byId("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  field.addEventListener("input", () => {
    fit(field);
    enableSend();
  });
  field.addEventListener("keydown", (event) => {
    const typing = event.isComposing || event.keyCode === 229; // choosing Chinese letters also uses Enter
    const finger = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || typing || finger) return;
    event.preventDefault();
    send();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("large").open) stop();
  });
}

function listenToPictures() {
  for (const [button, input] of [["attach", "files"], ["photo", "camera"], ["hello-add", "files"]]) {
    byId(button).addEventListener("click", () => byId(input).click());
  }
  for (const input of [byId("files"), byId("camera")]) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      attach(files);
    });
  }
  document.addEventListener("paste", (event) => {
    const files = intake.pictureFiles(event.clipboardData);
    if (!files.length || byId("app").hidden) return;
    event.preventDefault();
    attach(files);
  });
  const carriesFiles = (event) => [...event.dataTransfer.types].includes("Files") && !byId("app").hidden;
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    byId("drop").hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) byId("drop").hidden = true;
  });
  document.addEventListener("drop", (event) => {
    byId("drop").hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    attach([...event.dataTransfer.files]);
  });
  byId("large-close").addEventListener("click", () => byId("large").close());
  byId("large").addEventListener("close", () => {
    if (largeView) largeView.dispose();
    largeView = null;
    byId("large-place").replaceChildren();
  });
}

start();
