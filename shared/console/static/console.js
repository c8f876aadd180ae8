"use strict";
// Times in the reader's zone, and fresh content every half minute. Everything works without this.
(() => {
  const shown = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" }); // 2026-12-10 20:23, as the days are
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.getTime())) time.textContent = shown.format(at);
    }
  };
  localise(document);

  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "error" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
        if (!other || part.contains(document.activeElement)) continue;
        localise(other);
        if (other.innerHTML !== part.innerHTML) part.replaceChildren(...other.childNodes);
      }
    } catch { /* the page stays as it is; the next try may work */ }
  };
  if (document.querySelector("[data-live]")) setInterval(refresh, 30000);
})();
