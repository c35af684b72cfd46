// The writing page of a duty report: counts while typing, one part after the other on a phone, figures to insert.
// Before 保存 or 预览 leaves the page, the text is sent once by itself: an ended sign-in never costs what was typed.
(() => {
  "use strict";
  const form = document.querySelector("form[data-sections]");
  if (!form) return;
  const parts = [...form.querySelectorAll("[data-section]")];
  const links = [...form.querySelectorAll(".sections a")];
  const total = form.querySelector("[data-total]");
  const length = (text) => text.replace(/\s/g, "").length;
  let current = parts[0];

  function count() {
    const sizes = parts.map((part) => length(part.querySelector("textarea").value));
    const sum = sizes.reduce((a, b) => a + b, 0);
    parts.forEach((part, i) => {
      const share = sum ? `，占${Math.round((sizes[i] / sum) * 100)}%` : "";
      part.querySelector("[data-count]").textContent = ` 本部分${sizes[i]}字${share}。`;
      links[i].classList.toggle("done", sizes[i] > 0);
    });
    if (total) total.textContent = sum;
  }
  const single = document.body.classList.contains("phone"); // one part at a time
  const steps = [...form.querySelectorAll("[data-step]")];
  function show(part) {
    current = part;
    const place = parts.indexOf(part);
    links.forEach((link, i) => {
      link.classList.toggle("active", i === place);
      if (i === place) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    });
    if (single) parts.forEach((other) => { other.hidden = other !== part; });
    steps.forEach((button) => { button.disabled = !parts[place + Number(button.dataset.step)]; });
  }
  function go(part) {
    show(part);
    if (single) window.scrollTo(0, 0);
    part.querySelector("textarea").focus({ preventScroll: single });
  }
  parts.forEach((part) => part.addEventListener("focusin", () => show(part)));
  links.forEach((link, i) => link.addEventListener("click", (event) => { event.preventDefault(); go(parts[i]); }));
  steps.forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => go(parts[parts.indexOf(current) + Number(button.dataset.step)]));
  });
  show(parts.find((part) => `#${part.id}` === location.hash) || parts[0]);
  form.addEventListener("input", count);
  count();

  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = current.querySelector("textarea");
      field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  });

  const place = form.querySelector("[data-autosave-state]");
  function warn(text, url) {
    place.textContent = text;
    place.className = "saved saved-bad";
    if (!url) return;
    const link = document.createElement("a");
    Object.assign(link, { href: url, target: "_blank", rel: "noopener", textContent: "在新标签页登录" });
    place.append(" ", link, "，回来再点一次。");
  }
  const send = () => fetch(form.dataset.autosaveUrl, {
    method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual",
    headers: { "X-Requested-With": "fetch", Accept: "application/json" },
  });
  async function freshToken() { // signing in again in another tab changes the token
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    const token = page.querySelector("form input[name=csrfmiddlewaretoken]");
    if (token) document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token.value; });
    return Boolean(token);
  }
  document.addEventListener("submit", async (event) => {
    if (event.target !== form || form.dataset.sure) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    try {
      let answer = await send();
      if (answer.status === 403 && await freshToken()) answer = await send();
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        warn("登录已过期，内容还在这一页。", "/accounts/login/");
        return;
      }
      if (answer.ok) form.elements.version.value = (await answer.json()).version;
      form.dataset.sure = "1"; // a refusal (409, 422) is shown by the page that the server sends
      form.requestSubmit(button);
    } catch {
      warn("未连网，内容还在这一页，连上后再点一次。");
    }
  }, true);
})();
