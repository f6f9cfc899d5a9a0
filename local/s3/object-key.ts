import * as v from 'valibot';

const LONGEST_KEY_BYTES = 1024;

/** The name of an object: at most 1,024 bytes of UTF-8. */
export const objectKey = v.pipe(v.string(), v.minBytes(1), v.maxBytes(LONGEST_KEY_BYTES));
