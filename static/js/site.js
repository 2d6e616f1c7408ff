// Runs before the first paint: with no choice in the cookie the page follows the system.
{
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = root.dataset.bsTheme ?? "";
  const show = () => { root.dataset.bsTheme = chosen || (dark.matches ? "dark" : "light"); };
  show();
  dark.addEventListener("change", show);

  addEventListener("DOMContentLoaded", () => {
    const panel = document.querySelector("[data-theme-switch]");
    if (!panel) return;
    const buttons = [...panel.querySelectorAll("button")];
    const mark = () => buttons.forEach((b) => b.setAttribute("aria-pressed", b.dataset.theme === chosen));
    panel.hidden = false;
    mark();
    panel.addEventListener("click", ({ target }) => {
      if (!buttons.includes(target)) return;
      chosen = target.dataset.theme;
      document.cookie = `theme=${chosen};path=/;max-age=${chosen ? 31536000 : 0};samesite=lax`;
      show();
      mark();
    });
  });
}

// Menus are details elements; this only adds closing by Escape and by a click elsewhere.
{
  const close = (menu) => { menu.open = false; };
  addEventListener("keydown", ({ key }) => {
    const menu = key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    close(menu);
    menu.querySelector("summary").focus();
  });
  addEventListener("click", ({ target }) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => menu.contains(target) || close(menu));
  });
}

// Whoever reads in another time zone sees the hour on their own clock too.
addEventListener("DOMContentLoaded", () => {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Our English is that of the pages around it: the day before the month.
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB");
  document.querySelectorAll("time[data-zone]").forEach((time) => {
    const at = new Date(time.dateTime);
    const shown = (timeZone, form) => at.toLocaleString(lang, { timeZone, ...form });
    if (shown(here) === shown(time.dataset.zone)) return;
    const words = shown(here, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit", hour12: lang === "en-GB" });
    time.after(` ${time.dataset.yours.replace("%s", words)}`);
  });
});
