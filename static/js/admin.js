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
