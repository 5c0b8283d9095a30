/* The conversation in the browser: sends a question, draws the answer as it grows.
   Every piece of HTML drawn here was escaped by the server; what the reader types is set as text. */
"use strict";

const KEPT_TURNS = 20; // the server reads no more of them
const LONGEST = 20000; // characters sent at all; a long story may be an emergency, so the server judges it
const NOT_ANSWERED = ["not-ready", "question-length", "busy", "error"]; // reasons after which the question is kept
const NO_ANSWER = "No answer arrived. Please check the connection and ask again.";

function startPage(element) {
  const find = (selector) => element.querySelector(selector);
  const page = find(".page");
  const log = find(".log");
  const scroller = find(".scroller");
  const box = find("#question");
  const problem = find(".problem");
  const limit = Number(page.dataset.limit);
  const silence = Number(page.dataset.silence) * 1000; // milliseconds without a word after which we say so
  const panel = startPanel(page, fetchPassage);

  let history = []; // {role, content}: kept here and nowhere else
  let turn = 0;
  let current = null; // the answer being drawn
  let request = null; // what brings it; to abort it ends the answer on the server too
  let alarm = 0;

  function submit(question) {
    const words = question.trim();
    if (current || !words) return;
    if (words.length > LONGEST) {
      say(`Please shorten your question to ${limit.toLocaleString("en")} characters or fewer.`);
      return;
    }
    say("");
    box.value = "";
    fit();
    turn += 1;
    current = addTurn(words);
    setBusy(true);
    listen();
    ask({ turn, question: words, history: history.slice(-KEPT_TURNS) });
  }

  async function ask(asked) {
    const mine = (request = new AbortController());
    for await (const view of viewsOf(asked, mine.signal)) draw(view);
    if (current && request === mine) finish(NO_ANSWER);
  }

  function say(sentence) {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }

  function addTurn(question) {
    const asked = make("div", "question", log);
    make("span", "sr", asked).textContent = "You asked: ";
    make("span", "question-words", asked).textContent = question;
    const article = make("article", "answer", log);
    article.setAttribute("aria-busy", "true"); // read out once, when it is whole
    const drawn = {
      turn,
      question,
      article,
      head: make("p", "answer-head", article),
      lines: make("div", "lines", article),
      sources: make("div", "sources", article),
      text: "",
    };
    drawn.head.textContent = "Looking in the documents…";
    drawn.head.classList.add("looking");
    page.classList.add("started");
    find(".new").hidden = false;
    const above = asked.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTo({ top: scroller.scrollTop + above - 16, behavior: calm() ? "auto" : "smooth" });
    return drawn;
  }

  function draw(view) {
    if (!current || view.turn !== current.turn) return; // an answer that was stopped or belongs to an old talk
    listen();
    current.text = view.text;
    current.article.lang = view.language;
    current.article.dataset.status = view.status;
    current.article.citations = view.citations;
    current.head.classList.remove("looking");
    replace(current.head, view.chip);
    view.lines.forEach((line, position) => {
      replace(current.lines.children[position] || make("div", "line", current.lines), line);
    });
    while (current.lines.children.length > view.lines.length) current.lines.lastElementChild.remove();
    replace(current.sources, view.sources);
    if (!view.done) return;
    if (NOT_ANSWERED.includes(view.reason)) giveBack(current.question);
    finish();
  }

  function giveBack(question) {
    if (box.value) return;
    box.value = question;
    fit();
  }

  function finish(note = "") {
    clearTimeout(alarm);
    if (note === NO_ANSWER) giveBack(current.question);
    if (note) make("p", "note", current.article).textContent = note;
    current.head.classList.remove("looking");
    if (!current.text) current.head.textContent = "";
    current.article.setAttribute("aria-busy", "false");
    if (current.article.dataset.status === "emergency") current.article.setAttribute("role", "alert");
    history.push({ role: "user", content: current.question });
    if (current.text) history.push({ role: "assistant", content: current.text });
    current = null;
    setBusy(false);
  }

  function listen() {
    clearTimeout(alarm);
    alarm = setTimeout(() => {
      if (!current) return;
      stop();
      finish(NO_ANSWER);
    }, silence);
  }

  function stop() {
    request.abort();
    request = null;
  }

  function setBusy(busy) {
    const hadFocus = document.activeElement === find(".stop");
    find(".send").hidden = busy;
    find(".stop").hidden = !busy;
    if (hadFocus) box.focus();
  }

  function startAnew() {
    if (current) stop();
    clearTimeout(alarm);
    current = null;
    history = [];
    log.replaceChildren();
    panel.close();
    page.classList.remove("started");
    find(".new").hidden = true;
    setBusy(false);
    say("");
    box.focus();
  }

  function fit() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  }

  async function prepare() {
    const state = await fetch("page/readiness").then((reply) => reply.json()).catch(() => null);
    const bar = find(".preparing");
    if (state) {
      bar.hidden = state.ready;
      bar.classList.toggle("failed", state.failed);
      bar.querySelector("progress").value = Math.round(state.fraction * 100);
      setText(bar.querySelector("p"), state.ready ? "" : state.sentence);
      if (state.documents) {
        const noun = state.documents === 1 ? "source document" : "source documents";
        setText(find(".document-count"), `${state.documents} ${noun}`);
      }
    }
    if (!state || !(state.ready || state.failed)) setTimeout(prepare, 700);
  }

  find(".composer").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(box.value);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit(box.value);
  });
  box.addEventListener("input", () => {
    fit();
    say("");
  });
  find(".stop").addEventListener("click", () => {
    if (!current) return;
    stop();
    finish("You stopped this answer.");
  });
  find(".new").addEventListener("click", startAnew);
  find(".examples").addEventListener("click", (event) => {
    const example = event.target.closest("button");
    if (!example) return;
    submit(example.textContent);
    box.focus({ preventScroll: true });
  });
  log.addEventListener("click", (event) => {
    const marker = event.target.closest(".marker");
    if (marker) panel.open(marker, marker.closest(".answer").citations[marker.dataset.number]);
  });
  page.querySelectorAll(":disabled").forEach((control) => {
    control.disabled = false; // nothing could be asked before this script came
  });
  prepare();
}

/* Throws where the server does not answer, or answers with a refusal. */
async function post(address, body, signal) {
  const headers = { "Content-Type": "application/json" };
  const reply = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!reply.ok) throw new Error(reply.statusText);
  return reply;
}

async function fetchPassage(wanted) {
  const reply = await post("page/passage", wanted);
  return reply.json();
}

/* The growing answer; it ends early where it was stopped or the connection broke. */
async function* viewsOf(asked, signal) {
  try {
    const reply = await post("page/ask", asked, signal);
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  } catch {
    // No more comes; the page says so unless somebody stopped it.
  }
}

function make(tag, name, parent) {
  const made = document.createElement(tag);
  made.className = name;
  parent.append(made);
  return made;
}

/* Unchanged parts keep their nodes, so that a focused citation keeps its focus while the answer grows. */
function replace(node, html) {
  if (node.drawn === html) return;
  node.drawn = html;
  node.innerHTML = html;
}

function setText(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function calm() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
