(() => {
  "use strict";
  const form = document.getElementById("filters");
  const count = document.getElementById("count");
  const all = (selector) => [...document.querySelectorAll(selector)];
  const items = all("[data-t]");
  const blocks = all("details.block");
  const columns = all("[data-c]");
  const nothing = document.querySelector(".nothing");
  const holds = (item, e, v) =>
    item.dataset.k.split(" ").some((key) => (!e || key.startsWith(e + ":")) && (!v || key.endsWith(":" + v)));
  const tell = (selector, noun) => {
    const found = all(selector);
    const shown = found.filter((item) => !item.classList.contains("off")).length;
    return found.length ? [`${shown} of ${found.length} ${noun}`] : [];
  };
  const apply = () => {
    const { e, s, v, t } = Object.fromEntries(new FormData(form));
    const words = t.trim().toLowerCase().split(/\s+/);
    for (const item of items) {
      const show = (!s || item.dataset.s === s) && words.every((word) => item.dataset.t.includes(word)) && holds(item, e, v);
      item.classList.toggle("off", !show);
    }
    for (const block of blocks) block.classList.toggle("off", !holds(block, e, v));
    for (const cell of columns) cell.classList.toggle("off", e !== "" && cell.dataset.c !== e);
    nothing.hidden = document.querySelector(".control:not(.off)") !== null;
    count.textContent =
      "Showing " + [...tell(".finding", "findings"), ...tell(".control", "controls"), ...tell(".rule", "rules")].join(", ");
  };
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open], .quiet)");
    for (const item of closed) item.open = true;
  });
  addEventListener("afterprint", () => {
    for (const item of closed) item.open = false;
  });
  apply();
})();
