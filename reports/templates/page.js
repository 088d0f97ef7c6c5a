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
  // What is filtered stands behind the address, where a link can be made of it; no other part may change in a file.
  const remember = () => {
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
    const wanted = said.size ? "#~" + said : "";
    if (wanted || location.hash.startsWith("#~")) history.replaceState(null, "", wanted || location.pathname + location.search);
  };
  const recall = () => {
    if (!location.hash.startsWith("#~")) return;
    for (const [name, value] of new URLSearchParams(location.hash.slice(2))) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
    apply();
  };
  const copied = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const word = button.firstChild;
      await copied(button.parentElement.querySelector("code").textContent);
      word.data = "Copied";
      setTimeout(() => { word.data = "Copy"; }, 1500);
    });
  }
  for (const button of all("button[data-e]")) {
    button.parentElement.hidden = false;
    button.addEventListener("click", () => {
      form.elements.e.value = button.dataset.e;
      apply();
      remember();
      document.getElementById("findings").scrollIntoView();
    });
  }
  // Without scripts a closed block shows what stands in its noscript; with them it stays text until somebody opens it,
  // or nothing else is to be done: then it can be searched as well.
  const laidOut = (block) => {
    const kept = block.querySelector(":scope > noscript");
    if (kept) kept.outerHTML = kept.textContent;
  };
  addEventListener("toggle", (event) => laidOut(event.target), true);
  const waiting = all("details > noscript").map((kept) => kept.parentElement).reverse();
  const idle = (left) => {
    while (waiting.length && left.timeRemaining() > 2) laidOut(waiting.pop());
    if (waiting.length) requestIdleCallback(idle);
  };
  if (window.requestIdleCallback) requestIdleCallback(idle);
  form.hidden = false;
  form.addEventListener("input", remember);
  addEventListener("hashchange", recall);
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
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
  recall();
})();
