// The list of the day: says that it has changed, and never changes under the reader's hands.
{
  const told = document.querySelector("[data-changes]");
  const line = told.firstElementChild;
  const ask = async () => {
    if (document.hidden) return;
    const answer = await fetch(told.dataset.changes).catch(() => null);
    // Whoever was signed out meanwhile is led to another page, which is no answer.
    if (!answer?.ok || answer.redirected || (await answer.text()) === told.dataset.stamp) return;
    line.hidden = false;
    clearInterval(timer);
  };
  const timer = setInterval(ask, 60_000);
  if (document.querySelector("[data-print]")) print();
}
