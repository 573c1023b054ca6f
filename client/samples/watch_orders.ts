// Follows what happens to orders and misses nothing, across restarts of the server and of this program.
//
// Usage: watch_orders.js HOST:PORT PARENT TOKEN_FILE
//
// PARENT is what to watch, as in WatchActivitiesRequest: orders/-, orders/1000000018, customers/c-20417. Prints a line for
// each activity: its name, a tab, and what happened.
//
// The file keeps the place. It is written when a message has been dealt with, so what was being dealt with when the
// program ended comes once more: whoever must not do a thing twice remembers names. Ends with 3 when the server's history
// was changed (FEED_HISTORY_CHANGED): remove the file, begin anew, and then
// read again what you keep of orders.
//
// Needs @connectrpc/connect-node and the code that protoc-gen-es generates from protos/, in ./generated.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import { ActivityService, type WatchActivitiesResponse } from "./generated/ipstore/orders/v1/activity_service_pb.js";

const HEADERS = { "x-actor-role": "staff", "x-actor-id": "watch-sample", "accept-language": "en" };
const LONGEST_SILENCE_MS = 60_000; // the server sends something every 15 s
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const FAILED = 1;
const HISTORY_CHANGED = 3;

/** Why the server ended the stream, as an ErrorReason without its prefix; empty when it was not the server. */
function reasonOf(failure: ConnectError): string {
  return failure.findDetails(ErrorInfoSchema)[0]?.reason ?? "";
}

function isWorthResuming(failure: ConnectError): boolean {
  const reason = reasonOf(failure);
  if (failure.code === Code.Unavailable || ["OVERLOADED", "TOO_MANY_STREAMS", "WATCHER_TOO_SLOW"].includes(reason)) return true;
  // Without a reason these come from the connection, not from the server.
  return reason === "" && [Code.Aborted, Code.Canceled, Code.Internal, Code.Unknown].includes(failure.code);
}

/** Whole or not at all, whenever the program ends. */
function keep(token: string, file: string): void {
  writeFileSync(`${file}.part`, token);
  renameSync(`${file}.part`, file);
}

async function main(address: string, parent: string, file: string): Promise<number> {
  const client = createClient(ActivityService, createGrpcTransport({ baseUrl: `http://${address}` }));
  let token = existsSync(file) ? readFileSync(file, "utf8") : "";
  let pause = FIRST_PAUSE_MS;

  /** The messages of one stream. One that falls silent is given up, which throws Code.Canceled. */
  async function* messages(): AsyncGenerator<WatchActivitiesResponse> {
    const silent = new AbortController();
    const request = { parent, start: { case: "resumeToken" as const, value: token } };
    let watchdog = setTimeout(() => silent.abort(), LONGEST_SILENCE_MS);
    try {
      for await (const message of client.watchActivities(request, { headers: HEADERS, signal: silent.signal })) {
        clearTimeout(watchdog);
        yield message;
        watchdog = setTimeout(() => silent.abort(), LONGEST_SILENCE_MS);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  for (;;) {
    try {
      for await (const message of messages()) {
        pause = FIRST_PAUSE_MS;
        for (const activity of message.activities) console.log(`${activity.name}\t${activity.text.replace(/\s+/g, " ")}`);
        token = message.resumeToken;
        keep(token, file);
      }
    } catch (error) {
      const failure = ConnectError.from(error);
      if (reasonOf(failure) === "FEED_HISTORY_CHANGED") {
        console.error(failure.rawMessage);
        return HISTORY_CHANGED;
      }
      if (!isWorthResuming(failure)) {
        console.error(failure.rawMessage);
        return FAILED;
      }
      console.error(`broken off: ${failure.rawMessage}`);
    }
    // Not all who were cut off come back at the same moment.
    await sleep(pause * (0.5 + Math.random() / 2));
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

const [address, parent, file] = process.argv.slice(2);
if (address === undefined || parent === undefined || file === undefined) {
  console.error("usage: watch_orders.js HOST:PORT PARENT TOKEN_FILE");
  process.exit(2);
}
process.exit(await main(address, parent, file));
