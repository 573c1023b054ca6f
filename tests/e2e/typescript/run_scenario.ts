// Holds a scenario against a server, through the client that protoc-gen-es generates for TypeScript, over gRPC.
//
// Usage: run_scenario.js HOST:PORT SCENARIO.json   exit code 1, and what differs, at the first step that goes wrong
//
// The format is described in ../scenarios/README.md; ../scenario_runner.py does the same in Python.

import { readFileSync } from "node:fs";
import {
  createRegistry,
  type DescMessage,
  type DescMethodUnary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { type CallOptions, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { Code } from "./generated/google/rpc/code_pb.js";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  RetryInfoSchema,
} from "./generated/google/rpc/error_details_pb.js";
import { ActivityService } from "./generated/ipstore/orders/v1/activity_service_pb.js";
import { CommentService } from "./generated/ipstore/orders/v1/comment_service_pb.js";
import { EnquiryService } from "./generated/ipstore/orders/v1/enquiry_service_pb.js";
import { ErrorReason } from "./generated/ipstore/orders/v1/errors_pb.js";
import { OrderService } from "./generated/ipstore/orders/v1/order_service_pb.js";
import { RequestService } from "./generated/ipstore/orders/v1/request_service_pb.js";
import { Deviation, expect, resolve } from "./expectations.js";

interface ExpectedError extends JsonObject {
  code: string;
  reason: string;
}

interface Step {
  id: string;
  repeats?: string;
  caller: string;
  call: string;
  request: JsonValue;
  answer?: JsonValue;
  error?: ExpectedError;
}

interface Scenario {
  callers: Record<string, Record<string, string>>;
  steps: Step[];
}

/** One method: a request in JSON to an answer in JSON. */
type Call = (request: JsonValue, metadata: Record<string, string>) => Promise<JsonValue>;

const TIMEOUT_MS = 60_000;

/** What the details of an error can be; see errors.proto. */
const DETAILS: DescMessage[] = [
  BadRequestSchema,
  ErrorInfoSchema,
  LocalizedMessageSchema,
  PreconditionFailureSchema,
  RetryInfoSchema,
];

// Fields that have their default are written out, so that scenarios can expect them. An answer may hold the details of
// an error, too.
const WRITTEN_OUT = { alwaysEmitImplicit: true, registry: createRegistry(...DETAILS) };

/** A method of a generated client, by the name that scenarios use. The compiler checks that the two belong together. */
function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  client: (request: MessageShape<I>, options?: CallOptions) => Promise<MessageShape<O>>,
): [string, Call] {
  const call: Call = async (json, metadata) => {
    const request = fromJson(method.input, json);
    return toJson(method.output, await client(request, { headers: metadata, timeoutMs: TIMEOUT_MS }), WRITTEN_OUT);
  };
  return [`${method.parent.name}.${method.name}`, call];
}

function callsTo(baseUrl: string, sessionManager: Http2SessionManager): Map<string, Call> {
  const transport = createGrpcTransport({ baseUrl, sessionManager });
  const orders = createClient(OrderService, transport);
  const comments = createClient(CommentService, transport);
  const activities = createClient(ActivityService, transport);
  const enquiries = createClient(EnquiryService, transport);
  const requests = createClient(RequestService, transport);
  return new Map([
    unary(OrderService.method.createOrder, orders.createOrder),
    unary(OrderService.method.getOrder, orders.getOrder),
    unary(OrderService.method.lookupOrder, orders.lookupOrder),
    unary(OrderService.method.listOrders, orders.listOrders),
    unary(OrderService.method.transitionOrder, orders.transitionOrder),
    unary(OrderService.method.recordCheck, orders.recordCheck),
    unary(OrderService.method.recordGathering, orders.recordGathering),
    unary(OrderService.method.recordInvoice, orders.recordInvoice),
    unary(OrderService.method.recordTracking, orders.recordTracking),
    unary(OrderService.method.getOrderPage, orders.getOrderPage),
    unary(OrderService.method.batchTransitionOrders, orders.batchTransitionOrders),
    unary(OrderService.method.updateOrder, orders.updateOrder),
    unary(OrderService.method.setNotifications, orders.setNotifications),
    unary(OrderService.method.submitFeedback, orders.submitFeedback),
    unary(EnquiryService.method.createEnquiry, enquiries.createEnquiry),
    unary(EnquiryService.method.getEnquiry, enquiries.getEnquiry),
    unary(EnquiryService.method.transitionEnquiry, enquiries.transitionEnquiry),
    unary(EnquiryService.method.setEnquiryNotifications, enquiries.setEnquiryNotifications),
    unary(RequestService.method.listRequests, requests.listRequests),
    unary(RequestService.method.listOverdueOrders, requests.listOverdueOrders),
    unary(RequestService.method.searchRequests, requests.searchRequests),
    unary(OrderService.method.explainTransitions, orders.explainTransitions),
    unary(OrderService.method.describeLifecycle, orders.describeLifecycle),
    unary(CommentService.method.createComment, comments.createComment),
    unary(CommentService.method.getComment, comments.getComment),
    unary(CommentService.method.listComments, comments.listComments),
    unary(ActivityService.method.listActivities, activities.listActivities),
  ]);
}

/** The details of an error as JSON, by type. */
function detailsOf(error: ConnectError): JsonObject {
  for (const detail of error.details) {
    if ("type" in detail && !DETAILS.some((schema) => schema.typeName === detail.type)) {
      throw new Deviation(`error: an unknown detail, ${detail.type}`);
    }
  }
  return Object.fromEntries(
    DETAILS.flatMap((schema) =>
      error.findDetails(schema).map((detail) => [schema.typeName, toJson(schema, detail, WRITTEN_OUT)]),
    ),
  );
}

function expectError(expected: ExpectedError, error: ConnectError, answers: JsonObject): void {
  if (ErrorReason[expected.reason as keyof typeof ErrorReason] === undefined) {
    throw new Deviation(`error.reason: there is no ErrorReason ${expected.reason}`);
  }
  const details = detailsOf(error);
  const info = error.findDetails(ErrorInfoSchema)[0];
  expect("error", resolve(expected, answers), {
    // The names of gRPC's own codes are those of google.rpc.Code.
    code: Code[error.code] ?? "",
    ...(info === undefined ? {} : { reason: info.reason }),
    message: error.rawMessage,
    details,
  });
}

/** One step of a scenario. Keeps its answer. */
async function take(step: Step, scenario: Scenario, calls: Map<string, Call>, answers: JsonObject): Promise<void> {
  const made = step.repeats === undefined ? step : scenario.steps.find((earlier) => earlier.id === step.repeats);
  if (made === undefined) throw new Deviation(`there is no step ${step.repeats}`);
  const metadata = scenario.callers[made.caller];
  const call = calls.get(made.call);
  if (metadata === undefined) throw new Deviation(`there is no caller ${made.caller}`);
  if (call === undefined) throw new Deviation(`there is no method ${made.call} in run_scenario.ts`);
  let answer: JsonValue;
  try {
    answer = await call(resolve(made.request, answers), metadata);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (step.error === undefined) throw new Deviation(`it was refused: ${error.message}`);
    expectError(step.error, error, answers);
    return;
  }
  if (step.answer === undefined) {
    throw new Deviation(`it was answered, but expected to be refused with ${step.error?.reason}`);
  }
  expect("answer", resolve(step.answer, answers), answer);
  answers[step.id] = answer;
}

async function run(address: string, file: string): Promise<number> {
  const scenario = JSON.parse(readFileSync(file, "utf8")) as Scenario;
  const baseUrl = `http://${address}`;
  const session = new Http2SessionManager(baseUrl);
  const calls = callsTo(baseUrl, session);
  const answers: JsonObject = {};
  try {
    for (const step of scenario.steps) {
      try {
        await take(step, scenario, calls, answers);
      } catch (error) {
        console.error(`step ${step.id}: ${error instanceof Error ? error.message : String(error)}`);
        return 1;
      }
    }
  } finally {
    session.abort();
  }
  console.log(`${scenario.steps.length} steps went as expected`);
  return 0;
}

const [address, file] = process.argv.slice(2);
if (address === undefined || file === undefined) {
  console.error("usage: run_scenario.js HOST:PORT SCENARIO.json");
  process.exitCode = 2;
} else {
  process.exitCode = await run(address, file);
}
