// Sends one request over HTTP and follows it: node send_by_http.mjs REQUEST.json [SECONDS]
//
// Set OFFBOARDING_URL (https://NAME.azurewebsites.net) and OFFBOARDING_KEY (function key). Calls that fail on the way
// are repeated, which the requestId makes safe. Exit code 0: ended; 1: refused, rejected, or not ended in time.
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const AGAIN = new Set([429, 502, 503, 504]);
const ATTEMPTS = 6;
const ENDED = new Set(["removed", "already_removed", "planned", "stopped", "rejected", "joined", "withdrawn"]);

async function call(url, options = {}) {
  const headers = { "x-functions-key": process.env.OFFBOARDING_KEY };
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt === ATTEMPTS;
    const answer = await fetch(url, { ...options, headers, signal: AbortSignal.timeout(30_000) }).catch((error) => {
      if (last) throw new Error(`${url} cannot be reached: ${error.cause?.message ?? error.message}`);
    });
    if (answer && (last || !AGAIN.has(answer.status))) return answer;
    await sleep(1000 * Number(answer?.headers.get("Retry-After") ?? 2 ** (attempt - 1)));
  }
}

async function checked(answer) {
  if (answer.ok) return answer.json();
  const isProblem = answer.headers.get("Content-Type")?.includes("problem+json");
  const { code, detail, errors = [], operatorAction } = isProblem ? await answer.json() : {};
  const lines = [`${answer.status} ${code ?? answer.statusText}: ${detail ?? ""}`];
  lines.push(...errors.map(({ field, rule }) => `${field}: ${rule}`), operatorAction ?? "");
  throw new Error(lines.join("\n").trim());
}

// What the CRM shows to its users.
function tell({ status, stage, reason, paidUntil }) {
  console.log(`${status}: ${reason?.text ?? stage ?? ""}${paidUntil ? ` (being paid until ${paidUntil})` : ""}`);
}

async function main(path, seconds = 300) {
  const { OFFBOARDING_URL: root, OFFBOARDING_KEY: key } = process.env;
  if (!path) throw new Error("usage: send_by_http.mjs REQUEST.json [SECONDS]");
  if (!root || !key) throw new Error("set OFFBOARDING_URL and OFFBOARDING_KEY");
  const ends = Date.now() + seconds * 1000;
  const answer = await call(new URL("/api/offboardings", root), { method: "POST", body: await readFile(path) });
  let shown = await checked(answer);
  tell(shown);
  const place = new URL(answer.headers.get("Operation-Location"), root);
  while (!ENDED.has(shown.status) && Date.now() < ends) {
    await sleep(1000 * Number(answer.headers.get("Retry-After")));
    const before = shown;
    shown = await checked(await call(place));
    if (shown.updatedAt !== before.updatedAt) tell(shown);
  }
  if (shown.status === "rejected" || !ENDED.has(shown.status)) {
    throw new Error(`${shown.requestId} is ${shown.status}; look again at ${place}`);
  }
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
