// While a diagnosis, a problem or its code is typed, offers what the list has; choosing fills both boxes.
// The page works without it: there is a page to find a code, and the server knows the words of a code.
const place = document.querySelector("[data-codes]");
if (place) {
  const list = document.createElement("ul");
  list.id = "codes";
  list.className = "list-group position-absolute z-3 shadow overflow-auto";
  list.style.maxHeight = "45vh";
  list.style.setProperty("--bs-list-group-active-bg", "var(--brand)");
  list.style.setProperty("--bs-list-group-active-color", "var(--on-brand)");
  list.style.setProperty("--bs-list-group-active-border-color", "var(--brand)");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", place.dataset.codesTitle);
  const told = document.createElement("p");
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  place.append(told);

  let box = null, codes = [], active = -1, timer = 0, asked = 0;

  const boxes = () => {
    const name = box.name.replace(/[a-z]+$/, "");
    return ["code", "display"].map((part) => place.querySelector(`[name="${name}${part}"]`));
  };
  const close = () => {
    clearTimeout(timer);
    asked += 1;
    active = -1;
    codes = [];
    list.remove();
    box?.setAttribute("aria-expanded", "false");
    box?.removeAttribute("aria-activedescendant");
    box?.removeAttribute("aria-controls");
  };
  const mark = (number) => {
    active = number;
    [...list.children].forEach((row, index) => {
      row.setAttribute("aria-selected", index === active);
      row.classList.toggle("active", index === active);
    });
    if (active < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `codes-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  };
  const take = (number) => {
    const chosen = codes[number], filled = boxes();
    close();
    [filled[0].value, filled[1].value] = [chosen.code, chosen.display];
    told.textContent = `${chosen.code} ${chosen.display}`;
    // Whoever keeps the draft hears of it; the list does not open again.
    filled.forEach((one) => one.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "chosen" })));
  };
  const show = (found) => {
    codes = found;
    told.textContent = codes.length ? `${place.dataset.codesTitle}: ${codes.length}` : place.dataset.codesNone;
    if (!codes.length) return;
    list.replaceChildren(...codes.map(({ code, display }, index) => {
      const row = document.createElement("li");
      row.id = `codes-${index}`;
      row.className = "list-group-item";
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.textContent = `${code} ${display}`;
      return row;
    }));
    box.after(list);
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-controls", list.id);
    list.scrollTop = 0;
    list.scrollIntoView({ block: "nearest" });
  };
  const ask = async () => {
    const mine = (asked += 1);
    const body = new FormData();
    body.set("words", box.value);
    body.set("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(place.dataset.codes, { method: "POST", body }).catch(() => null);
    // Whoever was signed out meanwhile is led to another page, which is no answer.
    if (!answer?.ok || answer.redirected) return;
    const found = (await answer.json()).codes;
    if (mine === asked) show(found);
  };

  const inputs = [...place.querySelectorAll("input[name$='display'], input[name$='code']")];
  for (const input of inputs) {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("autocomplete", "off");
    input.parentElement.classList.add("position-relative");
  }
  place.addEventListener("input", ({ target, detail }) => {
    if (!inputs.includes(target) || detail === "chosen") return;
    close();
    box = target;
    // The list knows the first system of codes alone.
    if (box.form.elements.system?.selectedIndex > 0) return;
    if (box.value.trim().length > 1) timer = setTimeout(ask, 200);
  });
  place.addEventListener("focusout", close);
  place.addEventListener("keydown", (event) => {
    if (!codes.length) return;
    const last = codes.length - 1;
    const step = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last }[event.key];
    if (step !== undefined) mark(step);
    else if (event.key === "Enter" && active >= 0) take(active);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  // Before the box would lose the focus.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const row = event.target.closest("li");
    if (row) take([...list.children].indexOf(row));
  });
}
