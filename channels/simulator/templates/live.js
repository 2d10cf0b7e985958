// Every two seconds the page is fetched again, and the parts that changed are put in. What is being typed stays.
const PAUSE = 2000;

function put(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (now && now.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) {
      old.replaceChildren(...now.childNodes);
    }
  }
}

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href);
      if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The sandbox is being restarted: the next look will find it.
    }
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
