// Takes the token from behind the # of a link, once, and goes to the start page.
import { ask } from "./api.js";
import { $ } from "./dom.js";

const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (token) {
  $("say").textContent = "One moment …";
  try {
    await ask("api/enter", { method: "POST", body: { token } });
    location.replace("./");
  } catch (error) {
    $("say").textContent = `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
  }
}
