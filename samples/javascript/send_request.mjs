// Sends one offboarding request to the queue: node send_request.mjs REQUEST.json
//
// In Azure set SERVICEBUS_NAMESPACE (Entra sign-in), locally SERVICEBUS (connection string). Sending a request again is
// safe: its requestId makes it the same offboarding. Exit code 0: Service Bus has it; 1: it may not have arrived.
import { readFile } from "node:fs/promises";
import { ServiceBusClient } from "@azure/service-bus";

async function connect() {
  const { SERVICEBUS_NAMESPACE: namespace, SERVICEBUS: connectionString } = process.env;
  if (namespace) {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new ServiceBusClient(namespace, new DefaultAzureCredential());
  }
  if (connectionString) return new ServiceBusClient(connectionString);
  throw new Error("set SERVICEBUS_NAMESPACE (NAME.servicebus.windows.net) or SERVICEBUS (a connection string)");
}

async function main(path) {
  if (!path) throw new Error("usage: send_request.mjs REQUEST.json");
  const request = JSON.parse(await readFile(path, "utf8"));
  const { requestId } = request.data ?? request; // bare, or in a CloudEvents envelope
  if (!requestId) throw new Error(`${path} has no requestId`);
  const client = await connect();
  try {
    // A request that is refused comes back on queue offboarding-rejected with this message id as its correlation id.
    const message = { body: request, messageId: requestId, contentType: "application/json" };
    await client.createSender("offboarding-requests").sendMessages(message);
    console.log(`sent ${requestId}`);
  } finally {
    await client.close();
  }
}

main(process.argv[2]).catch((error) => {
  console.error(`not known to have arrived, send it again: ${error.message}`);
  process.exitCode = 1;
});
