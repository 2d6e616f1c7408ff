// Counts down the time that is kept. Speaks twice, at one minute and at the end; the page works without it.
const box = document.querySelector("[data-hold-seconds]");
if (box) {
  const words = box.querySelector("[role=status]");
  const end = Date.now() + Number(box.dataset.holdSeconds) * 1000;
  const say = (text) => { if (words.textContent !== text) words.textContent = text; };
  const look = () => {
    const left = end - Date.now();
    if (left > 60000) return;
    say(left > 0 ? box.dataset.holdSoon : box.dataset.holdOver);
    if (left > 0) return;
    clearInterval(clock);
    box.querySelectorAll("form").forEach((form) => { form.hidden = true; });
  };
  const clock = setInterval(look, 1000);
  // A page that comes back from the browser's memory looks at once.
  addEventListener("pageshow", look);
}
