// The page of a book. It works without this: here are the keys, the progress of asking the sources,
// and sentences that are inserted by a click.

const OFF = "book-keys-off";
const LOOK_AGAIN = 1500;
const help = document.getElementById("keys");
const panel = document.getElementById("sources");

function isTyping(target) {
  return target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable], dialog");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (event.key !== "?" && localStorage.getItem(OFF)) return;
  const step = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!step) return;
  event.preventDefault();
  step.click();
}

function offerHelp() {
  const button = document.querySelector("[data-help]");
  const on = document.getElementById("keys-on");
  on.checked = !localStorage.getItem(OFF);
  on.addEventListener("change", () => on.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  document.addEventListener("keydown", press);
}

const told = () => panel.querySelector("[data-running]");
const isRunning = () => told().dataset.running === "yes";

async function lookAgain() {
  const answer = await fetch(panel.dataset.panel + window.location.search).catch(() => null);
  // Signed out, or the server is away: a reload says so, and nothing here is lost by it.
  if (answer?.ok && !answer.redirected) {
    panel.innerHTML = await answer.text();
    document.getElementById("sources-news").textContent = told().dataset.news;
  }
  if (isRunning()) setTimeout(lookAgain, LOOK_AGAIN);
}

// Asks without leaving the page, on which something may be half typed.
async function ask(event) {
  if (!event.target.matches("[data-ask]")) return;
  event.preventDefault();
  const form = event.target;
  await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  await lookAgain();
  panel.querySelector("[data-key], progress, h2")?.focus();
}

function offerSentences(fieldset) {
  const box = document.getElementById(fieldset.dataset.inserts);
  fieldset.hidden = false;
  fieldset.addEventListener("click", (event) => {
    if (!event.target.matches("button")) return;
    box.value = [box.value.trim(), event.target.textContent].filter(Boolean).join("\n");
    box.focus();
  });
}

if (help) offerHelp();
if (panel) {
  panel.addEventListener("submit", ask);
  if (isRunning()) setTimeout(lookAgain, LOOK_AGAIN);
}
document.querySelectorAll("[data-inserts]").forEach(offerSentences);
