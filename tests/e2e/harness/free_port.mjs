import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** A port that nothing listens on. Of those from 32768 on any may be taken a moment later: the system gives them to whoever connects. */
export async function freePort() {
  const port = randomInt(11_000, 20_000); // browsers refuse 10080
  const server = createServer().listen(port, "127.0.0.1");
  const isFree = await once(server, "listening").then(() => true, () => false);
  if (!isFree) return freePort();
  server.close();
  await once(server, "close");
  return port;
}
