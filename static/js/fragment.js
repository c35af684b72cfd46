// Fills in the slow part of a page: <div data-fragment="/address/"> holds a plain link until its part arrives.
(() => {
  "use strict";
  const fill = (root) => root.querySelectorAll("[data-fragment]").forEach(async (place) => {
    try {
      const answer = await fetch(place.dataset.fragment, { headers: { "X-Requested-With": "fetch" } });
      if (answer.redirected || answer.status === 401) return location.reload(); // signed out meanwhile
      if (answer.ok) {
        place.innerHTML = await answer.text();
        fill(place); // a part may have slow parts of its own
      }
    } catch { /* no network: the link stays */ }
    place.removeAttribute("aria-busy");
  });
  fill(document);
})();
