// Comfort for the summary page: one running text with number chips instead of pieces; copy by one click.
"use strict";
(() => {
  const form = document.querySelector("[data-block-form]");
  if (form && form.querySelector("[data-pieces]")) enhance(form);

  const copy = document.querySelector("[data-copy]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector(copy.dataset.copy).value);
      copy.textContent = "已复制";
    });
  }

  function chip(token, text) {
    const span = document.createElement("span");
    span.className = "chip";
    span.contentEditable = "false";
    span.dataset.token = token;
    span.textContent = text;
    return span;
  }

  function enhance(form) {
    const pieces = form.querySelector("[data-pieces]");
    const box = document.createElement("div");
    box.className = "form-control block-box";
    box.contentEditable = "true";
    box.setAttribute("role", "textbox");
    box.setAttribute("aria-multiline", "true");
    box.setAttribute("aria-label", "正文");
    for (const part of pieces.querySelectorAll("textarea, .piece-token")) {
      if (part.tagName === "TEXTAREA") box.append(part.value);
      else box.append(chip(part.querySelector("input[type=hidden]").value, part.querySelector(".chip").textContent));
    }
    const insert = pieces.querySelector("[data-insert]");
    const holder = document.createElement("div");
    holder.className = "mt-2";
    holder.append(insert.previousElementSibling, insert);
    holder.firstChild.textContent = "在光标处插入指标";
    const label = pieces.querySelector(".form-label");
    pieces.replaceChildren(label, box, holder);
    insert.removeAttribute("name");

    let range = null;
    document.addEventListener("selectionchange", () => {
      const selection = document.getSelection();
      if (selection.rangeCount && box.contains(selection.anchorNode)) range = selection.getRangeAt(0);
    });
    insert.addEventListener("change", () => {
      if (!insert.value) return;
      const shown = insert.selectedOptions[0].dataset.shown.replace(/[^\d.]+$/, "");
      const token = chip(JSON.stringify({ fact: insert.value, params: {}, format: "" }), shown);
      if (range) { range.collapse(false); range.insertNode(token); } else box.append(token);
      insert.value = "";
      changed();
    });
    box.addEventListener("paste", (event) => {
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain").replace(/\s*\n\s*/g, ""));
    });
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });

    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "segments";
    form.append(hidden);
    const segments = () => {
      const found = [];
      (function walk(node) {
        for (const child of node.childNodes) {
          if (child.nodeType === Node.TEXT_NODE) found.push({ text: child.data });
          else if (child.dataset && child.dataset.token) found.push(JSON.parse(child.dataset.token));
          else walk(child);
        }
      })(box);
      return JSON.stringify(found);
    };
    form.addEventListener("submit", () => { hidden.value = segments(); window.removeEventListener("beforeunload", warn); });

    const saved = form.querySelector("[data-saved]");
    let timer = 0;
    let dirty = false;
    const warn = (event) => { if (dirty) event.preventDefault(); };
    window.addEventListener("beforeunload", warn);
    const changed = () => { dirty = true; clearTimeout(timer); timer = setTimeout(save, 3000); };
    form.addEventListener("input", changed);
    async function save() {
      hidden.value = segments();
      saved.textContent = "正在保存…";
      try {
        const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } });
        if (answer.ok) {
          const data = await answer.json();
          form.elements.version.value = data.version;
          dirty = false;
          saved.textContent = `已保存 ${data.saved}`;
        } else if (answer.status === 401 || answer.redirected) {
          saved.textContent = "登录已过期，请在新标签页登录后再保存，这里的文字不会丢。";
        } else {
          saved.textContent = (await answer.json()).message || "没有保存，请稍后再试。";
        }
      } catch {
        saved.textContent = "未连网，文字还在本页，连上后会再保存。";
        timer = setTimeout(save, 10000);
      }
    }
  }
})();
