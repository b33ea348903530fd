// Loaded on every page of the back-office, before its widgets start.

// htmx would write the style of its indicators into the page, and evaluate text; the content
// policy forbids the first, and nothing here needs the second.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;

// Unfold makes buttons of elements that no keyboard reaches, and its icons are words ("close",
// "dock_to_right") which a screen reader would say.
const ICONS = {
  dock_to_right: "Show or hide the side bar",
  close: "Close",
  unfold_more: "Account",
  light_mode: "Light",
  dark_mode: "Dark",
  computer: "Theme",
};
const ALREADY_REACHED = "button, input, select, textarea, a[href], summary, #changelist-filter-close";

function nameByIcon(control) {
  const icon = control.matches(".material-symbols-outlined")
    ? control
    : control.querySelector(".material-symbols-outlined");
  if (!icon || control.hasAttribute("aria-label")) return;
  const word = icon.textContent.trim();
  const text = control.textContent.replace(icon.textContent, "").trim();
  if (!text) control.setAttribute("aria-label", control.title || ICONS[word] || word.replaceAll("_", " "));
}

function makeButton(element) {
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    element.click();
  });
}

// Unfold writes the name of a chosen file into a field beside its own inputs; plain ones have none.
function showsItsFile(input) {
  if (!input.parentNode.parentNode.parentNode.querySelector("input[type=text]")) input.hasChangeListener = true;
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("input[type=file]").forEach(showsItsFile);
  for (const element of document.querySelectorAll("[x-on\\:click]")) {
    if (!element.matches(ALREADY_REACHED)) makeButton(element);
  }
  document.querySelectorAll("button, a, [role=button]").forEach(nameByIcon);
  // Rows of a table of fields have no labels but the words over their columns.
  for (const field of document.querySelectorAll("td[data-label] :is(select, input, textarea)")) {
    if (!field.labels?.length && !field.ariaLabel) field.ariaLabel = field.closest("td").dataset.label;
  }
  for (const icon of document.querySelectorAll(".material-symbols-outlined:not([role=button])")) {
    icon.setAttribute("aria-hidden", "true");
  }
});

// A cover that does not load shows as an empty box with a cross, not as a torn picture.
const NO_COVER = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 60"><rect width="40" height="60" fill="#8884"/>'
  + '<path d="M14 24l12 12m0-12L14 36" stroke="#888" stroke-width="2"/></svg>',
)}`;

function showNoCover(image) {
  if (!image.matches?.("img.book-cover") || image.src === NO_COVER) return;
  image.src = NO_COVER;
  image.title = "This cover does not load";
}

document.addEventListener("error", (event) => showNoCover(event.target), true);
document.addEventListener("DOMContentLoaded", () => {
  for (const image of document.querySelectorAll("img.book-cover")) {
    if (image.complete && !image.naturalWidth) showNoCover(image);
  }
});

// What Select2 and Django's choice of many add by themselves, and leave without a name or a role.
new MutationObserver(() => {
  for (const field of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    field.setAttribute("aria-label", "Search");
  }
  for (const hint of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) {
    hint.setAttribute("role", "img");
  }
}).observe(document.documentElement, { childList: true, subtree: true });
