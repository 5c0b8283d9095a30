/* The passage view: a panel beside the conversation, a sheet over it on a narrow screen. */
"use strict";

const NARROW = "(max-width: 899px)";

function startPanel(page, fetchPassage) {
  const panel = page.querySelector(".panel");
  const behind = [page.querySelector(".top"), page.querySelector(".scroller"), page.querySelector(".bottom")];
  const narrow = window.matchMedia(NARROW);
  let opener = null;
  let asked = 0;

  async function open(marker, citation) {
    const mine = (asked += 1);
    opener = marker;
    mark(marker);
    fill({ title: "Opening the document…", facts: "", body: "" }, marker.dataset.number);
    panel.hidden = false;
    page.classList.add("reading");
    shield();
    panel.focus();
    const view = await fetchPassage(citation).catch(() => ({
      title: "The document could not be opened",
      facts: "",
      body: "<p>Please check the connection and press the number again.</p>",
    }));
    if (mine !== asked || panel.hidden) return; // another number was pressed, or the panel closed, meanwhile
    fill(view, marker.dataset.number);
    showMark();
  }

  function fill(view, number) {
    panel.querySelector(".panel-number").textContent = number;
    panel.querySelector("#panel-title").textContent = view.title;
    panel.querySelector(".facts").innerHTML = view.facts;
    panel.querySelector(".document").innerHTML = view.body;
  }

  function showMark() {
    const first = panel.querySelector("mark");
    const body = panel.querySelector(".document");
    if (!first) return;
    first.id = "cited";
    panel.setAttribute("aria-describedby", "cited");
    const above = first.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop = Math.max(0, body.scrollTop + above - body.clientHeight / 3);
  }

  function close() {
    if (panel.hidden) return;
    panel.hidden = true;
    page.classList.remove("reading");
    mark(null);
    shield();
    if (opener && opener.isConnected) opener.focus();
    opener = null;
  }

  function mark(marker) {
    page.querySelectorAll(".marker[aria-expanded]").forEach((other) => other.removeAttribute("aria-expanded"));
    if (marker) marker.setAttribute("aria-expanded", "true");
  }

  /* As a sheet it is a dialog that covers the rest; beside the conversation both stay usable. */
  function shield() {
    const covers = narrow.matches && !panel.hidden;
    panel.setAttribute("aria-modal", String(covers));
    behind.forEach((part) => {
      part.inert = covers;
    });
  }

  panel.querySelector(".close").addEventListener("click", close);
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  narrow.addEventListener("change", shield);
  return { open, close };
}
