// References and expectations of scenarios; ../scenarios/README.md describes them.

import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** The server did something else than the scenario says, or the scenario asks for what there is not. */
export class Deviation extends Error {}

/** A value of an answer; undefined where there is none. */
type Actual = JsonValue | undefined;

function isObject(value: Actual): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmpty(value: Actual): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === "" || (isObject(value) && Object.keys(value).length === 0);
}

function member(value: Actual, key: string): Actual {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function lookUp(reference: string, answers: JsonObject): JsonValue {
  const found = reference.split(".").reduce<Actual>(member, answers);
  if (found === undefined) throw new Deviation(`no earlier answer has \${${reference}}`);
  return found;
}

/** `value` with every ${reference} replaced by what an earlier answer has there. */
export function resolve(value: JsonValue, answers: JsonObject): JsonValue {
  if (Array.isArray(value)) return value.map((inner) => resolve(inner, answers));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, answers)]));
  }
  if (typeof value !== "string") return value;
  const whole = /^\$\{([^}]+)\}$/.exec(value)?.[1];
  if (whole !== undefined) return lookUp(whole, answers);
  return value.replace(/\$\{([^}]+)\}/g, (_, reference: string) => String(lookUp(reference, answers)));
}

function shown(value: Actual): string {
  return value === undefined ? "absent" : JSON.stringify(value);
}

/** Throws a Deviation unless `actual` is as expected. */
export function expect(path: string, expected: JsonValue, actual: Actual): void {
  const unless = (holds: boolean, what: string) => {
    if (!holds) throw new Deviation(`${path}: expected ${what}, but it is ${shown(actual)}`);
  };
  if (expected === null) {
    unless(actual === undefined, "nothing");
  } else if (Array.isArray(expected)) {
    unless(Array.isArray(actual) && actual.length === expected.length, `a list of ${expected.length}`);
    expected.forEach((inner, index) => expect(`${path}[${index}]`, inner, member(actual, String(index))));
  } else if (isObject(expected)) {
    const [first, ...others] = Object.entries(expected);
    if (first !== undefined && others.length === 0 && first[0].startsWith("$")) {
      expectByMatcher(path, first[0], first[1], actual, unless);
      return;
    }
    unless(isObject(actual), "an object");
    for (const [key, inner] of Object.entries(expected)) expect(`${path}.${key}`, inner, member(actual, key));
  } else {
    unless(actual === expected, shown(expected));
  }
}

function expectByMatcher(
  path: string,
  name: string,
  given: JsonValue,
  actual: Actual,
  unless: (holds: boolean, what: string) => void,
): void {
  switch (name) {
    case "$present":
      unless(!isEmpty(actual), "something");
      break;
    case "$length":
      unless(Array.isArray(actual) && actual.length === given, `a list of ${shown(given)}`);
      break;
    case "$contains":
      for (const wanted of Array.isArray(given) ? given : [given]) {
        unless(
          Array.isArray(actual) && actual.some((entry) => isAsExpected(wanted, entry)),
          `a list with ${shown(wanted)}`,
        );
      }
      break;
    case "$not":
      unless(!isAsExpected(given, actual), `not ${shown(given)}`);
      break;
    default:
      throw new Deviation(`${path}: there is no matcher ${name}`);
  }
}

function isAsExpected(expected: JsonValue, actual: Actual): boolean {
  try {
    expect("", expected, actual);
    return true;
  } catch (error) {
    if (error instanceof Deviation) return false;
    throw error;
  }
}
