// A round through the local broker with the JavaScript client: node smoke.mjs CONNECTION_STRING
//
// The broker must have a queue "smoke" (maxDeliveryCount 2) and a topic "smoke-events" with subscriptions "a" and "b",
// all empty. Prints one line for each step; exits with 1 at the first that fails, with 2 if it was called wrongly.
import assert from "node:assert/strict";
import { ServiceBusClient } from "@azure/service-bus";

const QUEUE = "smoke";
const TOPIC = "smoke-events";
const FAR = new Date(Date.now() + 20_000 * 24 * 3600 * 1000);
const LIMIT_MS = 90_000;

const connectionString = process.argv[2];
if (!connectionString) {
  console.error("usage: node smoke.mjs CONNECTION_STRING");
  process.exit(2);
}
setTimeout(() => {
  console.error(`not done after ${LIMIT_MS} ms`);
  process.exit(1);
}, LIMIT_MS).unref();

const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 1, retryDelayInMs: 100, timeoutInMs: 10_000 } });
const sender = client.createSender(QUEUE);
const receiver = client.createReceiver(QUEUE);
const deadLetters = client.createReceiver(QUEUE, { subQueueType: "deadLetter" });
let messageNumber = 0;

function message(body, more = {}) {
  messageNumber += 1;
  return { body, messageId: `message-${messageNumber}`, ...more };
}

async function take(from, count) {
  const found = [];
  while (found.length < count) {
    const more = await from.receiveMessages(count - found.length, { maxWaitTimeInMs: 5_000 });
    assert.notEqual(more.length, 0, `only ${found.length} of ${count} messages came`);
    found.push(...more);
  }
  return found;
}

const bodies = (messages) => messages.map((each) => each.body);

const steps = {
  async "send one, many and a batch"() {
    await sender.sendMessages(message({ n: 1 }, { applicationProperties: { kind: "text", count: 7 }, correlationId: "c" }));
    await sender.sendMessages([message({ n: 2 }), message({ n: 3 })]);
    const batch = await sender.createMessageBatch();
    assert.equal(batch.maxSizeInBytes, 256 * 1024);
    assert.ok(batch.tryAddMessage(message({ n: 4 })));
    await sender.sendMessages(batch);
    const peeked = await receiver.peekMessages(10);
    assert.deepEqual(bodies(peeked), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  },
  async "receive, renew and complete"() {
    const messages = await take(receiver, 4);
    assert.deepEqual(bodies(messages), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
    assert.deepEqual(messages[0].applicationProperties, { kind: "text", count: 7 });
    assert.equal(messages[0].correlationId, "c");
    assert.equal(messages[0].deliveryCount, 0);
    await receiver.renewMessageLock(messages[0]);
    for (const each of messages) await receiver.completeMessage(each);
  },
  async "abandon until it is a dead letter"() {
    await sender.sendMessages(message("unlucky"));
    for (const count of [0, 1]) {
      const [each] = await take(receiver, 1);
      assert.equal(each.deliveryCount, count);
      await receiver.abandonMessage(each, { note: `time ${count}` });
    }
    const [dead] = await take(deadLetters, 1);
    assert.equal(dead.body, "unlucky");
    assert.equal(dead.deadLetterReason, "MaxDeliveryCountExceeded");
    assert.equal(dead.applicationProperties.note, "time 1");
    await deadLetters.completeMessage(dead);
  },
  async "dead-letter with a reason"() {
    await sender.sendMessages(message("bad"));
    const [each] = await take(receiver, 1);
    await receiver.deadLetterMessage(each, { deadLetterReason: "broken", deadLetterErrorDescription: "unreadable" });
    const [dead] = await take(deadLetters, 1);
    assert.equal(dead.deadLetterReason, "broken");
    assert.equal(dead.deadLetterErrorDescription, "unreadable");
    await deadLetters.completeMessage(dead);
  },
  async "schedule, peek and cancel"() {
    const numbers = await sender.scheduleMessages([message("later"), message("later still")], FAR);
    assert.equal(numbers.length, 2);
    const fresh = client.createReceiver(QUEUE);
    const peeked = await fresh.peekMessages(10);
    assert.deepEqual(bodies(peeked), ["later", "later still"]);
    assert.deepEqual(peeked.map((each) => each.state), ["scheduled", "scheduled"]);
    await sender.cancelScheduledMessages(numbers);
    await assert.rejects(sender.cancelScheduledMessages(numbers), { code: "MessageNotFound" });
    await fresh.close();
  },
  async "what is due already comes at once"() {
    await sender.scheduleMessages(message("now"), new Date(Date.now() - 1_000));
    const [each] = await take(receiver, 1);
    await receiver.completeMessage(each);
  },
  async "receive and delete"() {
    await sender.sendMessages(message("once"));
    const greedy = client.createReceiver(QUEUE, { receiveMode: "receiveAndDelete" });
    assert.deepEqual(bodies(await take(greedy, 1)), ["once"]);
    await greedy.close();
  },
  async "a message that is too large"() {
    await assert.rejects(sender.sendMessages(message("x".repeat(300_000))), { code: "MessageSizeExceeded" });
    await sender.sendMessages(message("small"));
    const [each] = await take(receiver, 1);
    await receiver.completeMessage(each);
  },
  async "stream with a handler"() {
    await sender.sendMessages([message("s1"), message("s2")]);
    const got = [];
    await new Promise((resolve, reject) => {
      receiver.subscribe({
        processMessage: async (each) => {
          got.push(each.body);
          if (got.length === 2) setTimeout(resolve, 50);
        },
        processError: async (context) => reject(context.error),
      });
    });
    assert.deepEqual(got, ["s1", "s2"]);
  },
  async "a topic and its subscriptions"() {
    const topic = client.createSender(TOPIC);
    await topic.sendMessages([message("e1"), message("e2")]);
    for (const name of ["a", "b"]) {
      const subscription = client.createReceiver(TOPIC, name);
      const events = await take(subscription, 2);
      assert.deepEqual(bodies(events), ["e1", "e2"]);
      for (const each of events) await subscription.completeMessage(each);
      await subscription.close();
    }
    await topic.close();
  },
  async "what does not exist"() {
    await assert.rejects(client.createSender("nothing").sendMessages(message("x")));
  },
  async "nothing is left"() {
    const last = client.createReceiver(QUEUE);
    assert.deepEqual(await last.peekMessages(10), []);
    await last.close();
  },
};

try {
  for (const [name, step] of Object.entries(steps)) {
    await step();
    console.log(`ok ${name}`);
  }
  await client.close();
} catch (error) {
  console.error(error);
  process.exit(1);
}
