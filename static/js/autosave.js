// Saves a draft on the server while it is typed: <form data-autosave data-autosave-url="…"> with a hidden `version`
// and somewhere [data-autosave-state]. Nothing is kept in the browser's storage (no personal data there).
(() => {
  "use strict";
  const WAIT = 1500;   // after the last key
  const RETRY = 15000; // while the network is away

  function start(form) {
    const place = form.querySelector("[data-autosave-state]") || document.querySelector("[data-autosave-state]");
    let timer = 0, running = false, again = false, stopped = false;

    function say(text, kind) {
      if (!place) return;
      place.textContent = text;
      place.className = `saved${kind ? ` saved-${kind}` : ""}`;
    }
    function signIn(url) {
      say("登录已过期，内容还在这一页。", "bad");
      const link = document.createElement("a");
      link.href = url || "/accounts/login/";
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "在新标签页登录";
      if (place) place.append(" ", link, "，然后继续写。");
      later(RETRY);
    }
    function later(time) {
      clearTimeout(timer);
      if (!stopped) timer = setTimeout(save, time);
    }
    function freshToken() { // signing in again changes the token; the cookie itself cannot be read by scripts
      return fetch(location.href, { credentials: "same-origin", redirect: "manual" })
        .then((answer) => (answer.ok ? answer.text() : ""))
        .then((html) => {
          const page = new DOMParser().parseFromString(html, "text/html");
          const token = page.querySelector("form input[name=csrfmiddlewaretoken]");
          if (token) form.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token.value; });
          return Boolean(token);
        });
    }
    async function save() {
      if (running) { again = true; return; }
      running = true;
      again = false;
      say("正在保存…");
      try {
        const answer = await fetch(form.dataset.autosaveUrl, {
          method: "POST",
          body: new FormData(form),
          credentials: "same-origin",
          redirect: "manual",
          headers: { "X-Requested-With": "fetch", Accept: "application/json" },
        });
        await understand(answer);
      } catch {
        say("未连网，内容还在这一页，连上后自动保存。", "bad");
        later(RETRY);
      } finally {
        running = false;
        if (again) later(WAIT);
      }
    }
    async function understand(answer) {
      const data = (answer.headers.get("content-type") || "").includes("json") ? await answer.json() : {};
      if (answer.ok) {
        const version = form.elements.version;
        if (version && data.version !== undefined) version.value = data.version;
        say(`已保存 ${data.at || new Date().toTimeString().slice(0, 5)}`, "ok");
        if (!again) form.dispatchEvent(new CustomEvent("autosaved", { bubbles: true }));
      } else if (answer.status === 401 || answer.type === "opaqueredirect") {
        signIn(data.url);
      } else if (answer.status === 403) {
        if (await freshToken()) later(WAIT); else signIn();
      } else if (answer.status === 409) {
        stopped = true; // never overwrite what somebody else wrote
        say(data.message || "别人改动过这份草稿，已停止自动保存。请点“保存”，对照两份内容。", "bad");
      } else {
        say(data.message || "没有保存，内容还在这一页，稍后自动再试。", "bad");
        later(RETRY);
      }
    }
    form.addEventListener("input", () => { say("有改动，还没有保存"); later(WAIT); });
    form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); });
    window.addEventListener("online", () => later(0));
  }

  document.querySelectorAll("form[data-autosave]").forEach(start);
})();
