// Keys for those who would rather not reach for the mouse. Everything works without this file.
"use strict";

(() => {
  const typing = (element) => element.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "/") {
      const field = document.querySelector("[data-find]");
      if (field && field.offsetParent) { event.preventDefault(); field.focus(); }
      return;
    }
    const wanted = [...document.querySelectorAll("[data-key]")].find((e) => e.dataset.key === key && !e.disabled);
    if (!wanted || document.querySelector(".htmx-request")) return;
    event.preventDefault();
    wanted.click();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const heading = event.target.querySelector ? document.querySelector("#question") : null;
    if (heading && event.target.id === "stage") heading.focus({ preventScroll: false });
  });

  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, () => {
      const told = document.querySelector("#told");
      if (told) { told.textContent = told.dataset.trouble; told.className = "note red"; }
    });
  }

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-select]")) event.target.select();
  });
})();
