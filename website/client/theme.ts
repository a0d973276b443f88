/** Sets the colours that somebody chose before, ahead of the first paint. */
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is closed to the page: the system's colours it is.
}
