// Keeps on the server what is typed in a form, as it stands; warns before the sign-in ends; sends a form once.
const line = document.querySelector("[data-typing]");
if (line) {
  const form = line.closest("form");
  const { typing: url, session, every, away, out } = line.dataset;
  const way = document.querySelector("[data-typing-out]");
  const stay = document.querySelector("[data-typing-stay]");
  const box = document.querySelector("[data-typing-box]");
  const LIMIT = 60_000; // of what a browser sends for a page that is going away
  const WARNING = 120;
  let sent = false; // the form is on its way
  let busy = false;
  let refused = false;
  let kind = "";
  let clock = 0;

  const fields = () => {
    const all = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") all.append(name, value);
    return all;
  };
  const typed = () => {
    const all = fields();
    all.delete("csrfmiddlewaretoken");
    return all.toString();
  };
  let kept = typed();

  // Read aloud when something is different; a newer time is only shown.
  const say = (what, words) => {
    line.ariaLive = what === kind ? "off" : "polite";
    kind = what;
    line.textContent = words;
    way.hidden = what !== "out";
    show();
  };
  // What asks for an answer stays in sight while the page scrolls.
  const show = () => { box.className = !stay.hidden || !["", "kept"].includes(kind) ? box.dataset.typingBox : ""; };

  const post = (address, body, keepalive = false) =>
    fetch(address, { method: "POST", body, keepalive, redirect: "manual", headers: { Accept: "application/json" } });
  const words = (answer) => (answer.headers.get("Content-Type") ?? "").startsWith("application/json") ? answer.json() : null;

  // The person may have signed in again in another window: this page then needs the token of that session.
  const renew = async () => {
    const answer = await fetch(session, { redirect: "manual" });
    if (!answer.ok) return false;
    const { token, seconds } = await answer.json();
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((box) => { box.value = token; });
    expect(seconds);
    return true;
  };

  const keep = async (last = false, again = true) => {
    const state = typed();
    if (state === kept || sent || refused || (busy && !last)) return;
    busy = true;
    try {
      const body = fields();
      const answer = await post(url, body, last && body.toString().length < LIMIT);
      const told = answer.ok || answer.status === 403 || answer.status === 409 || answer.status === 413 ? await words(answer) : null;
      if (answer.ok && told) {
        kept = state;
        expect(told.seconds);
        say("kept", told.words);
      } else if (told) {
        refused = answer.status === 409;
        say("refused", told.words);
      } else if (answer.type === "opaqueredirect" || answer.status === 403) {
        busy = false;
        if (again && await renew()) return await keep(last, false);
        say("out", out);
      } else {
        say("away", away);
      }
    } catch {
      say("away", away);
    } finally {
      busy = false;
    }
  };

  // Two minutes before the sign-in ends, if nothing happens until then.
  const expect = (seconds) => {
    clearTimeout(clock);
    stay.hidden = true;
    show();
    const alert = stay.querySelector("[role=alert]");
    alert.textContent = "";
    clock = setTimeout(() => {
      stay.hidden = false;
      show();
      alert.textContent = alert.dataset.words;
    }, Math.max(0, Math.min(seconds - WARNING, 2_000_000)) * 1000);
  };
  stay.querySelector("button").addEventListener("click", async () => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    const answer = await post(session, body).catch(() => null);
    if (!answer) return say("away", away);
    if (answer.ok) return expect((await answer.json()).seconds);
    return await renew() || say("out", out);
  });

  expect(Number(line.dataset.seconds));
  setInterval(() => keep(), Number(every) * 1000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(true); });
  addEventListener("pagehide", () => keep(true));
  addEventListener("beforeunload", (event) => {
    if (sent || typed() === kept) return;
    keep(true);
    event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    // Whoever stopped the page from loading may send the form again.
    setTimeout(() => { sent = false; }, 10_000);
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) sent = false; });
}
