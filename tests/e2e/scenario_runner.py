"""Holds a scenario against a server, through the client that protoc generates for Python.

Usage: scenario_runner.py HOST:PORT SCENARIO.json   exit code 1, and what differs, at the first step that goes wrong

The format is described in scenarios/README.md; typescript/run_scenario.ts does the same in TypeScript.
"""

import json
import os
import re
import sys

sys.path.insert(0, os.environ["IPSTORE_STUBS"])

import grpc  # noqa: E402
from google.protobuf import json_format  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from ipstore.orders.v1 import (  # noqa: E402
    activity_service_pb2, activity_service_pb2_grpc, comment_service_pb2, comment_service_pb2_grpc,
    enquiry_service_pb2, enquiry_service_pb2_grpc, errors_pb2, order_service_pb2, order_service_pb2_grpc,
    request_service_pb2, request_service_pb2_grpc)

# Where each service is generated: its messages and its stub.
SERVICES = {
    "ActivityService": (activity_service_pb2, activity_service_pb2_grpc.ActivityServiceStub),
    "CommentService": (comment_service_pb2, comment_service_pb2_grpc.CommentServiceStub),
    "EnquiryService": (enquiry_service_pb2, enquiry_service_pb2_grpc.EnquiryServiceStub),
    "OrderService": (order_service_pb2, order_service_pb2_grpc.OrderServiceStub),
    "RequestService": (request_service_pb2, request_service_pb2_grpc.RequestServiceStub),
}
# What the details of an error can be; see errors.proto.
DETAILS = (error_details_pb2.BadRequest, error_details_pb2.ErrorInfo, error_details_pb2.LocalizedMessage,
           error_details_pb2.PreconditionFailure, error_details_pb2.RetryInfo)
TIMEOUT = 60  # seconds
REFERENCE = re.compile(r"\$\{([^}]+)\}")
ABSENT = object()


class Deviation(Exception):
    """The server did something else than the scenario says, or the scenario asks for what there is not."""


# --- Values ---

def to_json(message):
    return json_format.MessageToDict(message, including_default_value_fields=True)


def member(value, key):
    """A member of an object or an entry of a list, or ABSENT."""
    if isinstance(value, dict):
        return value.get(key, ABSENT)
    if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
        return value[int(key)]
    return ABSENT


def look_up(reference, answers):
    value = answers
    for key in reference.split("."):
        value = member(value, key)
        if value is ABSENT:
            raise Deviation(f"no earlier answer has ${{{reference}}}")
    return value


def resolve(value, answers):
    """`value` with every ${reference} replaced by what an earlier answer has there."""
    if isinstance(value, dict):
        return {key: resolve(inner, answers) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolve(inner, answers) for inner in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole:
        return look_up(whole[1], answers)
    return REFERENCE.sub(lambda found: str(look_up(found[1], answers)), value)


def shown(value):
    return "absent" if value is ABSENT else json.dumps(value, ensure_ascii=False)


def same(expected, actual):
    # In Python, True == 1.
    return isinstance(expected, bool) == isinstance(actual, bool) and expected == actual


def expect(path, expected, actual):
    """Raises Deviation unless `actual` is as expected."""
    def unless(holds, what):
        if not holds:
            raise Deviation(f"{path}: expected {what}, but it is {shown(actual)}")

    if expected is None:
        unless(actual is ABSENT, "nothing")
    elif isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        (name, given), = expected.items()
        expect_by_matcher(path, name, given, actual, unless)
    elif isinstance(expected, dict):
        unless(isinstance(actual, dict), "an object")
        for key, inner in expected.items():
            expect(f"{path}.{key}", inner, actual.get(key, ABSENT))
    elif isinstance(expected, list):
        unless(isinstance(actual, list) and len(actual) == len(expected), f"a list of {len(expected)}")
        for index, inner in enumerate(expected):
            expect(f"{path}[{index}]", inner, actual[index])
    else:
        unless(same(expected, actual), shown(expected))


def expect_by_matcher(path, name, given, actual, unless):
    if name == "$present":
        unless(actual is not ABSENT and actual not in ("", [], {}), "something")
    elif name == "$length":
        unless(isinstance(actual, list) and len(actual) == given, f"a list of {given}")
    elif name == "$contains":
        unless(isinstance(actual, list), "a list")
        for wanted in given:
            unless(any(is_as_expected(wanted, entry) for entry in actual), f"to contain {shown(wanted)}")
    elif name == "$not":
        unless(not is_as_expected(given, actual), f"not {shown(given)}")
    else:
        raise Deviation(f"{path}: there is no matcher {name}")


def is_as_expected(expected, actual):
    try:
        expect("", expected, actual)
    except Deviation:
        return False
    return True


# --- Calls ---

class Calls:
    """The methods of all services, by the names that scenarios use."""

    def __init__(self, channel):
        self._stubs = {name: stub(channel) for name, (_, stub) in SERVICES.items()}

    def call(self, method, metadata, request):
        """The answer as JSON. Raises grpc.RpcError."""
        service, _, name = method.partition(".")
        if service not in SERVICES or not hasattr(self._stubs[service], name):
            raise Deviation(f"there is no method {method}")
        module = SERVICES[service][0]
        descriptor = module.DESCRIPTOR.services_by_name[service].methods_by_name[name]
        message = getattr(module, descriptor.input_type.name)()
        try:
            json_format.ParseDict(request, message)
        except json_format.ParseError as error:
            raise Deviation(f"request: {error}") from None
        return to_json(getattr(self._stubs[service], name)(message, metadata=metadata, timeout=TIMEOUT))


def details_of(failure):
    """The details of an error as JSON, by type."""
    details = {}
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for packed in status_pb2.Status.FromString(value).details:
                kind = next((kind for kind in DETAILS if packed.Is(kind.DESCRIPTOR)), None)
                if kind is None:
                    raise Deviation(f"error: an unknown detail, {packed.type_url}")
                detail = kind()
                packed.Unpack(detail)
                details[kind.DESCRIPTOR.full_name] = to_json(detail)
    return details


def expect_error(expected, failure):
    details = details_of(failure)
    reason = details.get("google.rpc.ErrorInfo", {}).get("reason", ABSENT)
    actual = {"code": failure.code().name, "reason": reason, "message": failure.details(), "details": details}
    if "ERROR_REASON_" + expected["reason"] not in errors_pb2.ErrorReason.keys():
        raise Deviation(f"error.reason: there is no ErrorReason {expected['reason']}")
    expect("error", expected, actual)


def take(step, scenario, calls, answers):
    """One step of a scenario. Keeps its answer."""
    made = step
    if "repeats" in step:
        made = next((earlier for earlier in scenario["steps"] if earlier["id"] == step["repeats"]), None)
        if made is None:
            raise Deviation(f"there is no step {step['repeats']}")
    if made["caller"] not in scenario["callers"]:
        raise Deviation(f"there is no caller {made['caller']}")
    metadata = list(scenario["callers"][made["caller"]].items())
    try:
        answer = calls.call(made["call"], metadata, resolve(made["request"], answers))
    except grpc.RpcError as failure:
        if "error" not in step:
            raise Deviation(f"it was refused: {failure.code().name}: {failure.details()}") from None
        expect_error(resolve(step["error"], answers), failure)
        return
    if "answer" not in step:
        raise Deviation(f"it was answered, but expected to be refused with {step['error']['reason']}")
    expect("answer", resolve(step["answer"], answers), answer)
    answers[step["id"]] = answer


def main(address, file):
    with open(file, encoding="utf-8") as text:
        scenario = json.load(text)
    answers = {}
    with grpc.insecure_channel(address) as channel:
        grpc.channel_ready_future(channel).result(timeout=30)
        calls = Calls(channel)
        for step in scenario["steps"]:
            try:
                take(step, scenario, calls, answers)
            except Deviation as deviation:
                print(f"step {step['id']}: {deviation}", file=sys.stderr)
                return 1
    print(f"{len(scenario['steps'])} steps went as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
