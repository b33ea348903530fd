// Loaded on every page of the back-office, before its widgets start.

// htmx would write the style of its indicators into the page, and evaluate text; the content
// policy forbids the first, and nothing here needs the second.
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
