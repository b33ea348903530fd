// Keys in the list of books. The list works without them: each does what a link, a box or an action
// of the page does.

const PLACE = "queue-place";
const form = document.getElementById("changelist-form");
const rows = [...document.querySelectorAll("#result_list tr.data-row")];
const help = document.getElementById("book-keys");

const link = (row) => row.querySelector("th a");
const box = (row) => row.querySelector("input.action-select");
const place = () => rows.findIndex((row) => row.classList.contains("is-current"));

function mark(row) {
  for (const other of rows) other.classList.toggle("is-current", other === row);
}

function go(number) {
  const row = rows[Math.max(0, Math.min(number, rows.length - 1))];
  if (!row) return;
  link(row).focus();
  row.scrollIntoView({ block: "nearest" });
}

// Runs an action of the list on the marked book alone, whatever is selected.
function run(action) {
  const row = rows[place()];
  if (!row) return;
  sessionStorage.setItem(PLACE, place());
  const fields = {
    action,
    _selected_action: box(row).value,
    at_once: "yes",
    csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value,
  };
  const own = document.createElement("form");
  own.method = "post";
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    own.append(input);
  }
  document.body.append(own);
  own.submit();
}

const next = () => go(place() + 1);
const previous = () => go(place() < 0 ? 0 : place() - 1);
const KEYS = {
  j: next,
  ArrowDown: next,
  k: previous,
  ArrowUp: previous,
  Enter: () => place() >= 0 && link(rows[place()]).click(),
  x: () => place() >= 0 && box(rows[place()])?.click(),
  f: () => run("bulk_finalize"),
  b: () => run("bulk_send_back"),
  "/": () => document.getElementById("searchbar")?.focus(),
  "?": () => help.showModal(),
};

// Somebody types, or chooses with the keys of a control of its own.
function isTaken(event) {
  const control = event.target.closest("input, textarea, select, [contenteditable], dialog, [role=listbox]");
  const isBox = control?.matches("input.action-select");
  const presses = event.key === "Enter" && event.target.closest("a, button, summary, input");
  return (control && !isBox) || presses;
}

document.addEventListener("keydown", (event) => {
  const does = KEYS[event.key];
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
  if (!does || isShortcut || event.defaultPrevented || help.open || isTaken(event)) return;
  event.preventDefault();
  does();
});

for (const row of rows) row.addEventListener("focusin", () => mark(row));

for (const button of document.querySelectorAll("[data-opens=book-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
}

// After a step the next book stands where the last one did.
const left = sessionStorage.getItem(PLACE);
sessionStorage.removeItem(PLACE);
if (left !== null) go(Number(left));
