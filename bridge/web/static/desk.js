// What the admin's pages do by themselves: tell what is wrong with a file while it is written, and how a reading goes on.
// Without it every page works by its buttons.
"use strict";

(() => {
  const PAUSE_MS = 600;
  const EVERY_MS = 2000;
  const LOOKS_IN_VAIN = 8;

  /** Moves the caret of a text to the beginning of a line, and the line into sight. */
  function goTo(area, line) {
    const lines = area.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((length, one) => length + one.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + (lines[line - 1] || "").length);
    area.scrollTop = Math.max(0, (line - 4) * (area.scrollHeight / lines.length));
  }

  /** One problem as a line that leads to its place in the text. */
  function told(area, problem) {
    const item = document.createElement("li");
    const place = document.createElement("button");
    place.type = "button";
    place.className = "plain-button";
    place.textContent = problem.place;
    place.addEventListener("click", () => goTo(area, problem.line));
    item.append(place, " ", problem.text);
    if (problem.severity === "error") item.className = "over";
    return item;
  }

  function watch(area) {
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.className = "quiet";
    const list = document.createElement("ol");
    list.className = "problems";
    const box = document.createElement("div");
    box.className = "wide";
    box.append(said, list);
    area.closest("label").after(box);
    let timer = 0;
    let asked = null;

    async function ask() {
      if (asked) asked.abort();
      asked = new AbortController();
      const form = new URLSearchParams();
      form.set("csrf", area.form.elements.csrf.value);
      form.set("text", area.value);
      try {
        const answer = await fetch(area.dataset.watch, { method: "POST", body: form, signal: asked.signal });
        if (!answer.ok) return;
        const found = await answer.json();
        said.textContent = found.said;
        list.replaceChildren(...found.problems.map((problem) => told(area, problem)));
      } catch (error) {
        if (error.name !== "AbortError") said.textContent = "";
      }
    }

    area.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, PAUSE_MS);
    });
    ask();
  }

  /** Shows a panel anew while something goes on, and for a while before: what was asked for begins within seconds. */
  function follow(box) {
    let patience = LOOKS_IN_VAIN;

    async function look() {
      try {
        const answer = await fetch(box.dataset.live);
        // A session that is over leads to the login, which is no panel.
        if (!answer.ok || answer.redirected) return;
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        box.replaceChildren(...fresh.body.children);
        patience = answer.headers.get("X-Goes-On") === "yes" ? LOOKS_IN_VAIN : patience - 1;
      } catch {
        patience -= 1;
      }
      if (patience > 0) setTimeout(look, EVERY_MS);
    }

    setTimeout(look, EVERY_MS);
  }

  document.querySelectorAll("textarea[data-watch]").forEach(watch);
  document.querySelectorAll("[data-live]").forEach(follow);
})();
