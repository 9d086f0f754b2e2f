// The words of the page, English and Chinese.
// Owns which language is in force and putting words into elements, so that a switch reaches what is on the screen.

const WORDS = {
  en: {
    title: "Chat with pictures",
    otherLanguage: "中文",
    switchLanguage: "Switch to Chinese (中文)",
    theme: "Light or dark",
    newChat: "New chat",
    forget: "Forget the key and leave",
    model: "Model",
    baseModel: "Base model",
    keyTitle: "Enter the key",
    keyWhy: "Whoever started this server has the key. It stays in this tab until you close it.",
    key: "Key",
    showKey: "Show the key",
    enter: "Enter",
    checking: "Checking…",
    keyMissing: "Type the key first.",
    keyWrong: "This key is not the right one. Ask whoever started the server, and enter it again.",
    hello: "Ask about a picture",
    helloHow: "Add a picture, then ask where something is, what is in it, or how many there are.",
    addPictures: "Add pictures",
    takePhoto: "Take a photo",
    dropHere: "Drop the pictures here",
    example1: "What is in this picture?",
    example2: "Find the largest object.",
    question: "Question",
    ask: "Ask about the picture…",
    send: "Send",
    stop: "Stop",
    picture: "Picture {number}",
    takeAway: "Take {name} away",
    enlarge: "Show {name} large",
    close: "Close",
    made_smaller: "{name}, made smaller for sending",
    you: "You",
    answer: "Answer",
    thinking: "Thinking…",
    thinkingFor: "Thinking… {seconds} s",
    stopped: "Stopped",
    nothing: "The model answered with nothing.",
    cut: "The answer reached its length limit.",
    regenerate: "Answer again",
    retry: "Try again",
    copy: "Copy the answer as the model wrote it",
    copied: "Copied",
    copyFailed: "The browser does not allow copying. Select the text and copy it.",
    figures: "{tokens} · {rate} tokens/s · {seconds} s",
    figuresShort: "{tokens} · {seconds} s",
    token1: "1 token",
    tokenMany: "{count} tokens",
    phrase1: "{words}: shown by 1 box",
    phraseMany: "{words}: shown by {count} boxes",
    place: "place",
    boxesOn: "{name} with {count} boxes",
    answered: "The answer is complete.",
    notPicture: "{name} is not a picture that this browser can read. Use JPEG, PNG or WebP.",
    tooMany: "A chat can hold {limit} pictures at most. Start a new chat.",
    pictureTooLarge: "{name} is too large to send. Use a smaller one.",
    tooLong: "The chat is longer than the model can read. Start a new chat.",
    tooLarge: "The pictures of this chat are too large together. Start a new chat, or send fewer pictures.",
    busy: "Too many questions are waiting on the server. Try again in {seconds} seconds.",
    gone: "The server cannot be reached. Check that it is running and that you are on its network, then try again.",
    goneMidway: "The connection broke off in the middle of the answer. Try again.",
    modelGone: "The server no longer has this model. Choose another one, then try again.",
    refused: "The server could not answer this: {reason}",
    failed: "Something went wrong on the server: {reason}",
    noModels: "The server lists no model.",
  },
  zh: {
    title: "看图对话",
    otherLanguage: "English",
    switchLanguage: "切换到英文（English）",
    theme: "浅色或深色",
    newChat: "新对话",
    forget: "清除密钥并离开",
    model: "模型",
    baseModel: "基础模型",
    keyTitle: "输入密钥",
    keyWhy: "密钥由启动此服务的人提供。它只保存在这个标签页中，关闭后即清除。",
    key: "密钥",
    showKey: "显示密钥",
    enter: "进入",
    checking: "正在检查…",
    keyMissing: "请先输入密钥。",
    keyWrong: "密钥不正确。请向启动服务的人确认后重新输入。",
    hello: "就图片提问",
    helloHow: "添加一张图片，然后问某物在哪里、图中有什么，或者有多少个。",
    addPictures: "添加图片",
    takePhoto: "拍照",
    dropHere: "把图片放在这里",
    example1: "这张图片里有什么？",
    example2: "框出最大的物体。",
    question: "问题",
    ask: "就图片提问…",
    send: "发送",
    stop: "停止",
    picture: "图片 {number}",
    takeAway: "移除 {name}",
    enlarge: "放大查看 {name}",
    close: "关闭",
    made_smaller: "{name}，发送前已缩小",
    you: "你",
    answer: "回答",
    thinking: "思考中…",
    thinkingFor: "思考中… {seconds} 秒",
    stopped: "已停止",
    nothing: "模型没有给出任何内容。",
    cut: "回答达到了长度上限。",
    regenerate: "重新回答",
    retry: "重试",
    copy: "按模型的原文复制回答",
    copied: "已复制",
    copyFailed: "浏览器不允许复制。请选中文字后自行复制。",
    figures: "{tokens} · 每秒 {rate} 个 · {seconds} 秒",
    figuresShort: "{tokens} · {seconds} 秒",
    token1: "1 个 token",
    tokenMany: "{count} 个 token",
    phrase1: "{words}：有 1 个框",
    phraseMany: "{words}：有 {count} 个框",
    place: "位置",
    boxesOn: "{name}，共 {count} 个框",
    answered: "回答已完成。",
    notPicture: "{name} 不是此浏览器能读取的图片。请使用 JPEG、PNG 或 WebP。",
    tooMany: "一次对话最多包含 {limit} 张图片。请开始新对话。",
    pictureTooLarge: "{name} 太大，无法发送。请换一张小一些的。",
    tooLong: "对话超过了模型能读取的长度。请开始新对话。",
    tooLarge: "这次对话的图片合起来太大。请开始新对话，或少发几张图片。",
    busy: "服务器上等待的问题太多。请在 {seconds} 秒后重试。",
    gone: "无法连接服务器。请确认它正在运行，且你与它在同一网络中，然后重试。",
    goneMidway: "回答到一半时连接中断。请重试。",
    modelGone: "服务器上已没有这个模型。请选择另一个，然后重试。",
    refused: "服务器无法回答：{reason}",
    failed: "服务器出错：{reason}",
    noModels: "服务器没有列出任何模型。",
  },
};

const KEPT = "qvl-language";
let language = "en";

export function chooseLanguage() {
  const first = (navigator.languages && navigator.languages[0]) || navigator.language || "en";
  language = kept() || (/^zh\b/i.test(first) ? "zh" : "en");
}

export function switchLanguage() {
  language = language === "en" ? "zh" : "en";
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
}

function kept() {
  try {
    const found = localStorage.getItem(KEPT);
    return found in WORDS ? found : "";
  } catch {
    return "";
  }
}

export function languageTag() {
  return language === "zh" ? "zh-CN" : "en";
}

// The words called `name`, with {values} filled in. A value that is itself {word: name} is translated too.
export function say(name, values = {}) {
  return WORDS[language][name].replace(/\{(\w+)\}/g, (_, key) => {
    const value = values[key];
    return value && typeof value === "object" ? say(value.word, value.values) : String(value);
  });
}

export function names(tag) {
  return Object.keys(WORDS[tag]);
}

const values = new WeakMap();

// Give an element its words (`text`), its accessible name and tooltip (`label`) or its placeholder, for good.
export function put(element, kind, name, filled = {}) {
  element.dataset[kind] = name;
  values.set(element, { ...values.get(element), [kind]: filled });
  apply(element, kind);
}

export function unput(element, kind) {
  delete element.dataset[kind];
}

function apply(element, kind) {
  const name = element.dataset[kind];
  if (!name) return;
  const words = say(name, (values.get(element) || {})[kind]);
  if (kind === "text") element.textContent = words;
  else if (kind === "placeholder") element.placeholder = words;
  else {
    element.setAttribute("aria-label", words);
    element.title = words;
  }
}

// Say everything under `root` in the language in force.
export function translate(root = document) {
  document.documentElement.lang = languageTag();
  document.title = say("title");
  for (const kind of ["text", "label", "placeholder"]) {
    for (const element of root.querySelectorAll(`[data-${kind}]`)) apply(element, kind);
  }
}
