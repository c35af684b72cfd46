// Comfort on every page; every page works without it.
(() => {
  "use strict";

  // menus made of <details>: one open at a time, closed by Escape or a click elsewhere
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });

  // “/” goes to the search box, wherever nothing is being typed
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const boxes = [...document.querySelectorAll("[aria-keyshortcuts='/']")].filter((box) => box.offsetParent);
    const box = boxes.at(-1); // the one of the page comes after that of the frame
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  // a form that was changed asks before it is left; autosave.js and submitting lift that
  const dirty = new Set();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) dirty.add(form);
  });
  document.addEventListener("autosaved", (event) => dirty.delete(event.target));
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const question = event.submitter && event.submitter.dataset.confirm; // what cannot be taken back asks first
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    const form = event.target;
    dirty.delete(form);
    if (form.method === "get") { // short addresses: what was left empty is not a condition
      form.querySelectorAll("input[name], select[name]").forEach((field) => { if (!field.value) field.disabled = true; });
      return;
    }
    const button = event.submitter; // after the form's data was collected
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((b) => { b.disabled = true; }), 0);
    if (button) button.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => { // back from the next page: everything works again
    document.querySelectorAll("form :disabled[name]:not([data-off]), button[aria-busy]").forEach((field) => {
      field.disabled = false;
      field.removeAttribute("aria-busy");
    });
    document.querySelectorAll("form button[type=submit]:disabled:not([data-off])").forEach((b) => { b.disabled = false; });
  });

  document.addEventListener("click", (event) => {
    const back = event.target.closest("a[data-back]");
    if (back && history.length > 1) { event.preventDefault(); history.back(); }
    const print = event.target.closest("[data-print]");
    if (print) { event.preventDefault(); window.print(); }
  });

  // a page whose form was refused is asked for anew when one comes back to it, instead of “confirm form resubmission”
  if (document.querySelector("form[method=post]:not([action])")) history.replaceState(history.state, "");

  const errors = document.getElementById("errors");
  if (errors) errors.focus();
})();
