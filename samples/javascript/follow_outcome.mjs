// Follows offboardings until one has ended: node follow_outcome.mjs REQUEST_ID [SECONDS]
//
// Handles every event of subscription crm, those of other requests too: there is one reader of a subscription, and what
// it completes is gone. Exit code 0: ended; 1: rejected, or not ended in time (default 300 s). Settings as to send.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { ServiceBusClient } from "@azure/service-bus";

// Stands for the CRM's database: there, a unique column in the transaction that makes the event's change. A line is the
// id of an event, or a request id and the type of its outcome.
const MEMORY = "handled-events.txt";
const handled = new Set(existsSync(MEMORY) ? readFileSync(MEMORY, "utf8").split("\n") : []);

async function connect() {
  const { SERVICEBUS_NAMESPACE: namespace, SERVICEBUS: connectionString } = process.env;
  if (namespace) {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new ServiceBusClient(namespace, new DefaultAzureCredential());
  }
  if (connectionString) return new ServiceBusClient(connectionString);
  throw new Error("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS (a connection string)");
}

function outcomeOf(requestId) {
  return [...handled].find((line) => line.startsWith(`${requestId} `))?.slice(requestId.length + 1);
}

function handle(event, isOutcome) {
  if (handled.has(event.id)) return;
  const { requestId, reason, stage } = event.data;
  console.log(`${event.type} ${requestId}: ${reason?.text ?? stage}`);
  const lines = isOutcome ? [event.id, `${requestId} ${event.type}`] : [event.id];
  appendFileSync(MEMORY, `${lines.join("\n")}\n`);
  lines.forEach((line) => handled.add(line));
}

async function follow(receiver, requestId, ends) {
  while (!outcomeOf(requestId) && Date.now() < ends) {
    for (const message of await receiver.receiveMessages(20, { maxWaitTimeInMs: 2000 })) {
      const event = message.body;
      if (event?.id && event.data?.requestId) {
        handle(event, message.applicationProperties?.outcome === "true");
        await receiver.completeMessage(message);
      } else {
        await receiver.deadLetterMessage(message, { deadLetterReason: "unreadable" });
      }
    }
  }
}

async function main(requestId, seconds = 300) {
  if (!requestId) throw new Error("usage: follow_outcome.mjs REQUEST_ID [SECONDS]");
  const known = outcomeOf(requestId);
  if (known) {
    console.log(`already known: ${known} ${requestId}`);
  } else {
    const client = await connect();
    try {
      await follow(client.createReceiver("offboarding-events", "crm"), requestId, Date.now() + seconds * 1000);
    } finally {
      await client.close();
    }
  }
  const outcome = outcomeOf(requestId);
  if (!outcome) throw new Error(`${requestId} has not ended within ${seconds} s`);
  if (outcome === "offboarding.rejected.v1") throw new Error(`${requestId} was rejected`);
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
