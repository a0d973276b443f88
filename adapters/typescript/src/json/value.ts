/** A number that JSON wrote with a fraction or an exponent: `1.0` is not the integer `1` (HSK-10). */
export class Double {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What `readObject` gives: integers are numbers, whatever else is a number is a `Double`, and objects have no prototype. */
export type JsonValue = null | boolean | string | number | Double | readonly JsonValue[] | JsonObject;

/** The members of an object by their names; it has no prototype, so that `__proto__` is a name like any other. */
export type JsonObject = { readonly [name: string]: JsonValue };

/** Whether a value is an object, rather than an array, a `Double` or a scalar. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Double);
}

/** What programs work with in place of `JsonValue`: every number is a number. */
export type PlainValue = null | boolean | string | number | PlainValue[] | PlainObject;

/** The members of an object as programs work with them. */
export type PlainObject = { [name: string]: PlainValue };

/** The same object with a number for each `Double`. */
export function plain(object: JsonObject): PlainObject {
  const members: PlainObject = Object.create(null);
  for (const [name, value] of Object.entries(object)) members[name] = plainValue(value);
  return members;
}

function plainValue(value: JsonValue): PlainValue {
  if (value instanceof Double) return value.value;
  if (isObject(value)) return plain(value);
  return Array.isArray(value) ? value.map(plainValue) : (value as PlainValue);
}
