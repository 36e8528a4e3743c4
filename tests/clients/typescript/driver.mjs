// The client, driven by a test: one line of JSON in, lines out, the last of which has `outcome` or `failed`.
//
// Time is the test's: whoever sleeps says so on a line, and goes on when the test has moved the clocks of the world.
// Arguments: the address of the bundle to import, and that of the bundle for Node.
import { createInterface } from "node:readline";

const [, , bundle, nodeBundle] = process.argv;
const { createClient } = await import(bundle);
const { fileStorage } = await import(nodeBundle);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const hear = async () => JSON.parse((await lines.next()).value ?? "null");

let ahead = 0;
const clock = {
  now: () => Date.now() + ahead,
  async sleep(milliseconds) {
    say({ sleeps: milliseconds / 1000 });
    await hear();
    ahead += milliseconds;
  },
};

/** Loses a request before it leaves or its answer after it came, as the test says for each request in turn. */
function losing(losses) {
  return async (...request) => {
    const loss = losses.shift();
    if (loss === "before") throw new TypeError("the tunnel begins");
    const response = await fetch(...request);
    if (loss === "after") {
      await response.arrayBuffer();
      throw new TypeError("the tunnel begins");
    }
    return response;
  };
}

for (;;) {
  const order = await hear();
  if (order === null) process.exit(0);
  const tokens = order.tokens ?? ["client-token"];
  const client = createClient({
    baseUrl: order.url,
    account: "1001",
    storage: fileStorage(order.folder),
    token: (rejected) => (rejected === undefined ? tokens[0] : (tokens.shift(), tokens[0] ?? null)),
    fetch: losing(order.losses ?? []),
    clock,
  });
  try {
    const pending = async () => [...(await client.pending()), ...(await client.pendingChanges())];
    const [left] = await pending();
    const intent = left ?? (await (order.change ? client.intendChange(...order.change) : client.intend(order.booking)));
    const options = { patienceSeconds: order.patience ?? 1e9 };
    const outcome = await ("change" in intent ? client.change(intent, options) : client.book(intent, options));
    say({ outcome, key: intent.key, pending: (await pending()).length });
  } catch (error) {
    say({ failed: String(error.stack) });
  }
}
