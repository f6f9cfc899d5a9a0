import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A value that cannot be printed, serialised or inspected by accident: only `reveal` gives it. It does not wipe
 * memory (JavaScript strings cannot be wiped); `forget` drops the only reference this object keeps.
 */
export class Secret<T> {
  #value: { readonly held: T } | undefined;

  constructor(value: T) {
    this.#value = { held: value };
  }

  /** The value itself. Throws once it was forgotten. */
  reveal(): T {
    if (this.#value === undefined) throw new Error('this secret has been forgotten');
    return this.#value.held;
  }

  forget(): void {
    this.#value = undefined;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
