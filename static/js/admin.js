/* The search boxes that stand in for a list take the name of the list's label, once the admin has made them. */
window.django?.jQuery?.(() => {
  for (const list of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${list.id}"]`);
    const parts = list.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]") ?? [];
    for (const part of label ? parts : []) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", label.textContent.trim());
    }
  }
});

// On a phone the tables below a form scroll sideways: keys must reach them even where they hold no link.
for (const group of document.querySelectorAll(".inline-group")) group.tabIndex = 0;

// The choice of colours is the site's own: the same cookie, which the next page is rendered with.
const panel = document.querySelector("[data-theme-switch]");
if (panel) {
  const buttons = [...panel.querySelectorAll("button")];
  const { classList } = document.body;
  const chosen = () => ["light", "dark"].find((name) => classList.contains(`theme-${name}`)) ?? "";
  const mark = () => buttons.forEach((b) => b.setAttribute("aria-pressed", b.dataset.theme === chosen()));
  panel.hidden = false;
  mark();
  panel.addEventListener("click", ({ target }) => {
    if (!buttons.includes(target)) return;
    const { theme } = target.dataset;
    classList.remove("theme-light", "theme-dark");
    if (theme) classList.add(`theme-${theme}`);
    document.cookie = `theme=${theme};path=/;max-age=${theme ? 31536000 : 0};samesite=lax`;
    mark();
  });
}
