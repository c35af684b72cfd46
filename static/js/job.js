// Follows a background job; without this script the page reloads itself.
(function () {
  const box = document.querySelector("[data-job]");
  if (!box) return;
  const meter = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  async function look() {
    try {
      const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const job = await answer.json();
      if (!job.open) return window.location.reload();
      if (job.total) {
        meter.max = job.total;
        meter.value = job.done;
      }
      words.textContent = (job.step || "排队中") + (job.done ? `，${job.done}${job.total ? "/" + job.total : ""}行` : "");
      setTimeout(look, 1000);
    } catch (error) {
      setTimeout(look, 5000);
    }
  }
  setTimeout(look, 700);
})();
