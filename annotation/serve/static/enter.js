// Takes the token from behind the # of a link, once, and goes to the start page.
import { ask } from "./api.js";
import { $ } from "./dom.js";

async function enter() {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  $("say").textContent = "One moment …";
  try {
    await ask("api/enter", { method: "POST", body: { token } });
    location.replace("./");
  } catch (error) {
    const text = error instanceof TypeError ? "the server does not answer; try the link again" : error.message;
    $("say").textContent = `${text[0].toUpperCase()}${text.slice(1)}.`;
  }
}

addEventListener("hashchange", enter); // another link, pasted into this tab
await enter();
