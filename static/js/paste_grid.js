// A checked grid for blocks copied from Excel or WPS: <form data-paste-grid> around a text box, which stays the truth.
// The box holds the rows as tabs and lines under one line of headings; the grid only makes them easy to mend.
// Nothing is kept in the browser's storage (no personal data there).
(() => {
  "use strict";
  const PAGE = 100; // rows drawn at a time
  const UNDO = 20;

  // ---- text ⇄ cells: the same rules as core/excel/pasting.py --------------------------------------------------
  function parse(text) {
    text = text.replace(/\r\n?/g, "\n").replace(/^\ufeff/, "");
    const rows = [[]];
    let at = 0;
    while (at < text.length) {
      const [cell, stop] = text[at] === '"' ? quoted(text, at) : plain(text, at);
      rows[rows.length - 1].push(cell);
      if (text[stop] === "\n") rows.push([]);
      else if (stop === text.length - 1) rows[rows.length - 1].push("");
      at = stop + 1;
    }
    while (rows.length && rows[rows.length - 1].every((cell) => !cell.trim())) rows.pop();
    return rows;
  }
  function plain(text, at) {
    let stop = at;
    while (stop < text.length && text[stop] !== "\t" && text[stop] !== "\n") stop += 1;
    return [text.slice(at, stop), stop];
  }
  function quoted(text, at) {
    let cell = "", start = at + 1, quote;
    while ((quote = text.indexOf('"', start)) >= 0) {
      cell += text.slice(start, quote);
      if (text[quote + 1] === '"') { cell += '"'; start = quote + 2; }
      else if (quote + 1 === text.length || text[quote + 1] === "\t" || text[quote + 1] === "\n") return [cell, quote + 1];
      else break;
    }
    return plain(text, at); // never closed: an ordinary character
  }
  function serial(rows) {
    const cell = (value) => (/^"|[\t\n\r]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);
    return rows.map((row) => row.map(cell).join("\t")).join("\n");
  }

  function start(form) {
    const columns = JSON.parse(form.dataset.columns);
    const marks = JSON.parse(form.dataset.marks || "{}");
    const firstRow = Number(form.dataset.firstRow);
    const maxRows = Number(form.dataset.maxRows), maxColumns = Number(form.dataset.maxColumns);
    const box = form.querySelector("textarea[name=pasted]");
    const place = form.querySelector("[data-grid]");
    const note = form.querySelector("[data-grid-note]"), where = form.querySelector("[data-grid-where]");
    const labels = columns.map((column) => column.label);
    const width = columns.length;
    let rows = [], past = [], from = 0, active = { r: 0, c: 0 }, editor = null, busy = false;

    const blank = () => ({ cells: new Array(width).fill(""), bad: {} });
    const isBlank = (row) => row.cells.every((cell) => !cell.trim());
    const tell = (text) => { note.textContent = text; };

    // ---- reading and writing the text box ----------------------------------------------------------------------
    function load() {
      let found = parse(box.value);
      if (found.length && found[0].join("\t") === labels.join("\t")) found = found.slice(1);
      rows = found.map((cells, i) => {
        const row = blank();
        cells.slice(0, width).forEach((cell, c) => { row.cells[c] = cell; });
        row.bad = marks[i + firstRow] || {};
        return row;
      });
      while (rows.length < 10) rows.push(blank());
    }
    function keep() {
      let last = rows.length;
      while (last && isBlank(rows[last - 1])) last -= 1;
      box.value = last ? serial([labels, ...rows.slice(0, last).map((row) => row.cells)]) : "";
    }
    function changed() {
      keep();
      box.dispatchEvent(new Event("input", { bubbles: true })); // app.js asks before the page is left
    }
    function remember() {
      past.push(rows.map((row) => ({ cells: row.cells.slice(), bad: { ...row.bad } })));
      if (past.length > UNDO) past.shift();
    }
    function back() {
      if (!past.length) { tell("没有可以撤回的了。"); return; }
      rows = past.pop();
      changed();
      draw();
    }

    // ---- drawing -----------------------------------------------------------------------------------------------
    const table = document.createElement("table");
    table.className = "sheet paste-grid";
    table.setAttribute("role", "grid");
    table.setAttribute("aria-label", "粘贴的内容");
    table.append(document.createElement("thead"), document.createElement("tbody"));
    const [head, body] = [table.tHead, table.tBodies[0]];

    function th(text, attributes = {}) {
      const cell = document.createElement("th");
      cell.textContent = text;
      Object.entries(attributes).forEach(([name, value]) => cell.setAttribute(name, value));
      return cell;
    }
    function drawHead() {
      const corner = th("", { scope: "col" });
      corner.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: "行号" }));
      const line = head.insertRow();
      line.append(corner);
      columns.forEach((column) => {
        const cell = th("", { scope: "col" });
        const words = document.createElement("span");
        words.textContent = `${column.letter} ${column.label}`;
        cell.append(words);
        if (column.required) cell.append(Object.assign(document.createElement("b"), { className: "must", textContent: "必填" }));
        cell.style.setProperty("min-width", `${Math.min(Math.max(column.width, 8), 30) * 0.55}rem`);
        line.append(cell);
      });
    }
    function paint(cell, r, c) {
      const sentences = rows[r].bad[c];
      cell.textContent = rows[r].cells[c];
      cell.classList.toggle("bad", Boolean(sentences));
      if (sentences) {
        cell.setAttribute("aria-invalid", "true");
        sentences.forEach((sentence) => cell.append(Object.assign(document.createElement("span"), { textContent: sentence })));
      } else cell.removeAttribute("aria-invalid");
    }
    function draw(focus = true) {
      editor = null;
      const lines = [];
      active.r = Math.min(Math.max(active.r, 0), rows.length - 1);
      from = Math.floor(active.r / PAGE) * PAGE;
      for (let r = from; r < Math.min(from + PAGE, rows.length); r += 1) {
        const line = document.createElement("tr");
        line.append(th(String(r + firstRow), { scope: "row" }));
        for (let c = 0; c < width; c += 1) {
          const cell = document.createElement("td");
          cell.tabIndex = -1;
          cell.dataset.r = r;
          cell.dataset.c = c;
          paint(cell, r, c);
          line.append(cell);
        }
        lines.push(line);
      }
      body.replaceChildren(...lines);
      table.setAttribute("aria-rowcount", rows.length);
      count();
      choose(active.r, active.c, focus);
    }
    const cellAt = (r, c) => body.rows[r - from] && body.rows[r - from].cells[c + 1];
    function errors() {
      const found = [];
      rows.forEach((row, r) => Object.keys(row.bad).forEach((c) => found.push([r, Number(c)])));
      return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    }
    function count() {
      const filled = rows.filter((row) => !isBlank(row)).length, wrong = errors().length;
      form.querySelector("[data-grid-count]").textContent = `${filled}行${wrong ? `，${wrong}处要改` : ""}`;
      form.querySelector("[data-grid-do=next-error]").hidden = !wrong;
      const pages = form.querySelector("[data-grid-pages]");
      pages.hidden = rows.length <= PAGE;
      pages.querySelector("span").textContent = `第${from + firstRow}–${Math.min(from + PAGE, rows.length) + firstRow - 1}行`;
    }
    function choose(r, c, focus = true) {
      r = Math.min(Math.max(r, 0), rows.length - 1);
      c = Math.min(Math.max(c, 0), width - 1);
      const old = cellAt(active.r, active.c);
      if (old) old.tabIndex = -1;
      active = { r, c };
      if (r < from || r >= from + PAGE) { draw(focus); return; }
      const cell = cellAt(r, c), column = columns[c];
      cell.tabIndex = 0;
      if (focus) cell.focus();
      const words = column.words.length ? `可填${column.words.join("、")}。` : "";
      where.textContent = `${column.letter}${r + firstRow} ${column.label}：${column.required ? "必填。" : ""}${column.help || ""}${words}`;
    }

    // ---- changing cells ----------------------------------------------------------------------------------------
    function set(r, c, value) {
      while (rows.length <= r) rows.push(blank());
      if (rows[r].cells[c] === value) return;
      rows[r].cells[c] = value;
      delete rows[r].bad[c]; // checked anew by the server
    }
    function put(r, c, value) {
      if (rows[r].cells[c] === value) return;
      remember();
      set(r, c, value);
      paint(cellAt(r, c), r, c);
      count();
      changed();
    }
    function edit(first) {
      const { r, c } = active, cell = cellAt(r, c);
      const before = rows[r].cells[c];
      editor = document.createElement("textarea");
      editor.value = first === undefined ? before : first;
      editor.rows = Math.max(editor.value.split("\n").length, 1);
      editor.setAttribute("aria-label", `${columns[c].label}，第${r + firstRow}行`);
      cell.replaceChildren(editor);
      const box = editor;
      let done = false;
      const close = (save) => {
        if (done) return;
        done = true;
        editor = null;
        if (save) put(r, c, box.value);
        paint(cell, r, c);
      };
      box.addEventListener("blur", () => close(true));
      box.addEventListener("keydown", (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === "Escape") { close(false); choose(r, c); }
        else if (event.key === "Enter" && event.altKey) { box.setRangeText("\n", box.selectionStart, box.selectionEnd, "end"); box.rows += 1; }
        else if (event.key === "Enter") { event.preventDefault(); close(true); choose(r + 1, c); }
        else if (event.key === "Tab") { event.preventDefault(); close(true); choose(r, c + (event.shiftKey ? -1 : 1)); }
      });
      box.focus();
      box.setSelectionRange(box.value.length, box.value.length);
    }

    // ---- pasting -----------------------------------------------------------------------------------------------
    async function heads(block) {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append("pasted", serial(block.slice(0, 12)));
      try {
        const answer = await fetch(form.dataset.headsUrl, { method: "POST", body: data, credentials: "same-origin", redirect: "manual", headers: { Accept: "application/json" } });
        return answer.ok ? await answer.json() : null;
      } catch { return null; }
    }
    async function paste(text) {
      const block = parse(text);
      if (!block.length) return;
      const wide = Math.max(...block.map((row) => row.length));
      const empty = rows.every(isBlank);
      if (wide > maxColumns || block.length + (empty ? 0 : active.r) > maxRows + 1) {
        tell(`剪贴板里有${block.length}行、${wide}列，一次最多${maxRows}行、${maxColumns}列，没有粘贴。请分几次粘贴，或存成工作簿上传。`);
        return;
      }
      if (block.length === 1 && wide === 1) { put(active.r, active.c, block[0][0]); return; }
      let found = { first: 0, places: [], ignored: [], fills: {} };
      if (block.length > 1) {
        busy = true;
        tell("正在对表头…");
        found = await heads(block);
        busy = false;
      }
      remember();
      let r = empty ? 0 : active.r, lost = 0;
      const data = block.slice(found ? found.first : 0);
      const headed = Boolean(found && found.first);
      const shift = found && !headed && found.places.length && found.places[0] === null ? 1 : 0; // 序号 without its heading
      const left = empty || shift ? 0 : active.c;
      for (const line of data) {
        if (line.some((cell) => cell.trim())) {
          Object.entries(headed ? found.fills : {}).forEach(([c, value]) => set(r, Number(c), value));
          line.forEach((cell, i) => {
            const c = headed ? found.places[i] : left + i - shift;
            if (headed ? c !== null && c !== undefined : c >= 0 && c < width) set(r, c, cell);
            else if (!headed && c >= width && cell.trim()) lost += 1;
          });
        } else set(r, 0, "");
        r += 1;
      }
      active = { r: empty ? 0 : active.r, c: headed || shift || empty ? 0 : active.c };
      draw();
      changed();
      const words = [`粘贴了${data.length}行。`];
      if (!found) words.push("没有连上服务器，按列的次序放入，请看看列对不对。");
      else if (headed) words.push("已按表头对列。");
      else if (block.length > 1) words.push("没有认出表头，按列的次序放入。");
      if (headed && found.ignored.length) words.push(`不认识、没有放入的列：${found.ignored.join("、")}。`);
      if (lost) words.push(`右边多出的${lost}个单元格没有放入。`);
      tell(words.join(""));
    }

    // ---- keys, mouse, buttons ----------------------------------------------------------------------------------
    const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    table.addEventListener("keydown", (event) => {
      if (editor || busy || event.isComposing) return;
      const command = event.ctrlKey || event.metaKey;
      if (MOVES[event.key]) { event.preventDefault(); choose(active.r + MOVES[event.key][0], active.c + MOVES[event.key][1]); }
      else if (event.key === "Home") { event.preventDefault(); choose(command ? 0 : active.r, 0); }
      else if (event.key === "End") { event.preventDefault(); choose(command ? rows.length - 1 : active.r, width - 1); }
      else if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(); }
      else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); put(active.r, active.c, ""); }
      else if (command && event.key.toLowerCase() === "z") { event.preventDefault(); back(); }
      else if (event.key === "Process" || event.keyCode === 229) edit(""); // an input method begins: it goes on in the box
      else if (event.key.length === 1 && !command && !event.altKey) { event.preventDefault(); edit(event.key); }
    });
    const cellOf = (event) => event.target.closest("td[data-r]");
    table.addEventListener("mousedown", (event) => {
      const cell = cellOf(event);
      if (!cell || (editor && cell.contains(editor))) return;
      event.preventDefault();
      if (busy) return;
      const same = Number(cell.dataset.r) === active.r && Number(cell.dataset.c) === active.c && document.activeElement === cell;
      if (editor) editor.blur();
      choose(Number(cell.dataset.r), Number(cell.dataset.c));
      const touched = event.sourceCapabilities && event.sourceCapabilities.firesTouchEvents;
      if (event.detail > 1 || (touched && same)) edit(); // a double click, or a second touch
    });
    table.addEventListener("focusin", (event) => {
      const cell = cellOf(event);
      if (cell && event.target === cell && (Number(cell.dataset.r) !== active.r || Number(cell.dataset.c) !== active.c)) choose(Number(cell.dataset.r), Number(cell.dataset.c), false);
    });
    place.addEventListener("paste", (event) => {
      const text = event.clipboardData.getData("text/plain");
      if (editor && !/[\t]/.test(text)) return; // into the text of one cell
      event.preventDefault();
      if (busy) return;
      if (editor) editor.blur();
      paste(text);
    });
    place.addEventListener("copy", (event) => {
      if (editor || String(document.getSelection())) return;
      event.clipboardData.setData("text/plain", serial([[rows[active.r].cells[active.c]]]));
      event.preventDefault();
    });
    const ACTIONS = {
      add() { remember(); for (let i = 0; i < 10; i += 1) rows.push(blank()); active.r = rows.length - 10; draw(); },
      insert() { remember(); rows.splice(active.r, 0, blank()); changed(); draw(); },
      remove() { remember(); rows.splice(active.r, 1); if (!rows.length) rows.push(blank()); changed(); draw(); tell("删去了一行，点“撤回”可以找回。"); },
      back,
      clear() { remember(); rows = Array.from({ length: 10 }, blank); active = { r: 0, c: 0 }; changed(); draw(); tell("已清空，点“撤回”可以找回。"); },
      "next-error"() {
        const found = errors();
        const next = found.find(([r, c]) => r > active.r || (r === active.r && c > active.c)) || found[0];
        if (next) { choose(...next); cellAt(...next).scrollIntoView({ block: "center", inline: "center" }); }
      },
      "page-up"() { choose(from - PAGE, active.c); },
      "page-down"() { choose(Math.min(from + PAGE, rows.length - 1), active.c); },
    };
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-grid-do]");
      if (button && !busy) ACTIONS[button.dataset.gridDo]();
    });
    form.addEventListener("submit", () => { if (editor) editor.blur(); keep(); });

    load();
    drawHead();
    place.querySelector("[data-grid-table]").append(table);
    form.querySelectorAll("[data-plain]").forEach((part) => { part.hidden = true; });
    document.querySelectorAll("[data-plain-errors]").forEach((part) => { part.hidden = true; });
    place.hidden = false;
    const first = errors()[0];
    if (first) active = { r: first[0], c: first[1] };
    draw(false);
    if (first) cellAt(...first).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.querySelectorAll("form[data-paste-grid]").forEach(start);
})();
