// Requests to the server that this page came from.

export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

let who = "";
/** For whom this tab works; the server refuses it when somebody else has entered in this browser since. */
export const workFor = (name) => { who = name; };

/** The JSON answer to a request; throws `Refused`, or `TypeError` where there is no server. */
export async function ask(path, { method = "GET", body, keepalive = false, signal } = {}) {
  const headers = { "X-Annotator": who };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method, headers, keepalive, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body),
  });
  let value = {};
  try {
    value = await answer.json();
  } catch {
    if (answer.ok) throw new TypeError("the answer was cut off");
  }
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}
