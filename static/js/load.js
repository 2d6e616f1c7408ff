/* The page of a load that runs looks again by itself: only the part that tells how far it is changes, focus stays. */
const place = document.getElementById("load-progress");
const seconds = Number(place?.dataset.every ?? 3);

async function look() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  if (answer.redirected || new URL(answer.url).pathname !== location.pathname) return ended(answer.url);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("load-progress");
  if (!fresh) return ended(location.href);
  place.replaceChildren(...fresh.childNodes);
  setTimeout(again, seconds * 1000);
}

function again() {
  look().catch(() => setTimeout(again, seconds * 5000));
}

// Nobody is carried off: what is ready is told, with a link.
function ended(url) {
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  place.replaceChildren(told);
  const link = document.createElement("a");
  link.href = url;
  link.className = "button";
  link.textContent = place.dataset.ready;
  told.append(link);
}

if (place) setTimeout(again, seconds * 1000);
