import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAXIMUM_OBJECT_BYTES } from '../../../../lib/audit/log-files/object-capture.ts';
import { scan, scanOn } from './scanning.ts';

/** Texts full of what could be taken for structure, and characters of one to four bytes. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }).map((drawn) => drawn.toWellFormed()),
    fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '\n', 'é', '漢', '𝒳', 'Records'), {
      maxLength: 8,
    }),
    fc.constantFrom('{"Records":[', ']}', '\\"', '\\\\"', '\u0000', '\u2028'),
  )
  .map((drawn) => (Array.isArray(drawn) ? drawn.join('') : drawn));
const record = fc
  .object({ key: text, values: [text, fc.double(), fc.boolean(), fc.constant(null)], maxDepth: 3, maxKeys: 4 })
  .map((drawn): Record<string, unknown> => JSON.parse(JSON.stringify(drawn)));
const records = fc.array(record, { maxLength: 6 });
const sizes = fc.array(fc.oneof(fc.constant(1), fc.nat({ max: 40 })), { maxLength: 60 });
const indent = fc.constantFrom('', ' ', '\t', 4);

describe('the record scanner', () => {
  it('finds in a document what JSON.parse finds, however it is cut into pieces', () => {
    fc.assert(
      fc.property(records, sizes, indent, (drawn, cut, space) => {
        const document = `${JSON.stringify({ Records: drawn }, undefined, space)}\n`;
        const expected: { Records: unknown } = JSON.parse(document);
        const scanned = scan(document, cut);
        expect(scanned.malformed).toBeUndefined();
        expect(scanned.records).toEqual(expected.Records);
      }),
      { numRuns: 400 },
    );
  });

  it('finds records a line, and documents, lists and records that were joined', () => {
    // A lone object is taken for a document only if it is one: its first member is a list named Records.
    const bare = record.filter((drawn) => Object.keys(drawn)[0] !== 'Records');
    const piece = fc.oneof(
      bare.map((drawn) => ({ text: JSON.stringify(drawn), holds: [drawn] })),
      records.map((drawn) => ({ text: JSON.stringify({ Records: drawn }), holds: drawn })),
      records.map((drawn) => ({ text: JSON.stringify(drawn), holds: drawn })),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', ' ', ''),
        sizes,
        (pieces, between, cut) => {
          const scanned = scan(pieces.map((each) => each.text).join(between), cut);
          expect(scanned.malformed).toBeUndefined();
          expect(scanned.records).toEqual(pieces.flatMap<unknown>((each) => each.holds));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('tells the byte at which each record begins', () => {
    const document = '{ "Records": [ {"é":1},\n{"b":{}} ] }';
    const { offsets } = scan(document);
    expect(
      offsets.map((offset) =>
        Buffer.from(document)
          .subarray(offset, offset + 3)
          .toString('latin1'),
      ),
    ).toEqual(['{"\u00c3', '{"b']);
  });

  it('says that a text is cut off, wherever it is cut, and tells the records before', () => {
    const document = JSON.stringify({ Records: [{ a: '}' }, { b: ['é', { c: 1 }] }, { d: 2 }] });
    const bytes = Buffer.from(document);
    for (let length = 0; length < bytes.length; length += 1) {
      const { malformed, records: found } = scan(bytes.subarray(0, length));
      expect(malformed, String(length)).toEqual({ problem: 'json.truncated', offset: length });
      expect(JSON.parse(document).Records.slice(0, found.length)).toEqual(found);
    }
  });
});

const malformed: readonly {
  name: string;
  text: string | Uint8Array;
  problem: string;
  offset: number;
  records?: number;
}[] = [
  { name: 'nothing', text: '', problem: 'json.truncated', offset: 0 },
  { name: 'white space only', text: ' \n ', problem: 'json.truncated', offset: 3 },
  { name: 'a byte order mark', text: '\ufeff{"Records":[]}', problem: 'json.invalid', offset: 0 },
  { name: 'text that is not JSON', text: 'version account-id', problem: 'json.invalid', offset: 0 },
  { name: 'a list in a list at the top', text: '[[]]', problem: 'json.invalid', offset: 1 },
  {
    name: 'an end to a list at the top that is one of a document',
    text: '[{"a":1}]}',
    problem: 'json.invalid',
    offset: 9,
    records: 1,
  },
  {
    name: 'a plain value among the records',
    text: '{"Records":[{"a":1},1]}',
    problem: 'json.invalid',
    offset: 20,
    records: 1,
  },
  { name: 'a list among the records', text: '{"Records":[[]]}', problem: 'json.invalid', offset: 12 },
  { name: 'no comma between records', text: '{"Records":[{}{}]}', problem: 'json.invalid', offset: 14, records: 1 },
  { name: 'two commas', text: '{"Records":[{},,{}]}', problem: 'json.invalid', offset: 15, records: 1 },
  { name: 'a comma before the first record', text: '{"Records":[,{}]}', problem: 'json.invalid', offset: 12 },
  { name: 'a comma after the last record', text: '{"Records":[{},]}', problem: 'json.invalid', offset: 15, records: 1 },
  {
    name: 'a second member beside the list',
    text: '{"Records":[{}],"b":1}',
    problem: 'json.invalid',
    offset: 15,
    records: 1,
  },
  { name: 'something after the document', text: '{"Records":[]};', problem: 'json.invalid', offset: 14 },
  { name: 'the wrong closing bracket', text: '{"Records":[{"a":[}]}', problem: 'json.invalid', offset: 12 },
  {
    name: 'a record that is not JSON inside',
    text: '{"Records":[{"a":1},{"b":nul}]}',
    problem: 'json.invalid',
    offset: 20,
    records: 1,
  },
  { name: 'a raw line break in a string', text: '{"Records":[{"a":"\n"}]}', problem: 'json.invalid', offset: 12 },
  {
    name: 'bytes that are not UTF-8',
    text: Buffer.concat([Buffer.from('{"Records":[{"a":"'), Buffer.from([0xff]), Buffer.from('"}]}')]),
    problem: 'json.invalid',
    offset: 12,
  },
  { name: 'a bad line after a good one', text: '{"a":1}\n{"b":}\n', problem: 'json.invalid', offset: 8, records: 1 },
  { name: 'an open string', text: '{"Records":[{"a":"x}]}', problem: 'json.truncated', offset: 22 },
  {
    name: 'a record larger than any',
    text: `{"Records":[{"a":"${'x'.repeat(MAXIMUM_OBJECT_BYTES)}"}]}`,
    problem: 'record.tooLarge',
    offset: 12,
  },
  {
    name: 'a document that never opens its list',
    text: `{"Records"${' '.repeat(MAXIMUM_OBJECT_BYTES)}:[]}`,
    problem: 'record.tooLarge',
    offset: 0,
  },
];

describe('a malformed text', () => {
  it.each(malformed)(
    'with $name is $problem at byte $offset',
    ({ text: drawn, problem, offset, records: before = 0 }) => {
      for (const cut of [[], Array.from({ length: 40 }, () => 1)]) {
        const scanned = scan(drawn, cut);
        expect(scanned.malformed).toEqual({ problem, offset });
        expect(scanned.records).toHaveLength(before);
      }
    },
  );
});

/** `a` to `c` are whole records of a line each. */
const [a, b, c] = ['{"a":1}', '{"b":{"x":"}"}}', '{"c":1}'];
const mended: readonly { name: string; text: string; finds: readonly object[]; problems: readonly string[] }[] = [
  {
    name: 'a record of a document that is not JSON inside',
    text: `{"Records":[${a},{"x":nul},${b}]}\n${c}`,
    finds: [{ a: 1 }, { b: { x: '}' } }, { c: 1 }],
    problems: ['json.invalid 20'],
  },
  {
    name: 'a line that is no record',
    text: `${a}\n#Software: x {"y":1}\n${b}\n`,
    finds: [{ a: 1 }, { b: { x: '}' } }],
    problems: ['json.invalid 8'],
  },
  {
    name: 'a line that is cut off in a string',
    text: `${a}\n{"x":"y\n${b}\n${c}\n`,
    finds: [{ a: 1 }, { b: { x: '}' } }, { c: 1 }],
    problems: ['json.invalid 8'],
  },
  {
    name: 'a line that is cut off between members',
    text: `{"x":{"y":1}\n${a}\n${b}`,
    finds: [{ a: 1 }, { b: { x: '}' } }],
    problems: ['json.truncated 36'],
  },
  {
    name: 'two lines cut off that close each other',
    text: `{"x":\n${a}\n"y"}\n${b}\n`,
    finds: [{ a: 1 }, { b: { x: '}' } }],
    problems: ['json.invalid 0'],
  },
  {
    name: 'a document that is cut off',
    text: `{"Records":[${a},{"x":"y`,
    finds: [{ a: 1 }],
    problems: ['json.truncated 27'],
  },
  {
    name: 'a comma too many, and a document on the next line',
    text: `{"Records":[${a},,${b}]}\n{"Records":[${c}]}`,
    finds: [{ a: 1 }, { c: 1 }],
    problems: ['json.invalid 20'],
  },
];

describe('a scanner that is told to go on', () => {
  it.each(mended)('finds what is behind $name', ({ text: drawn, finds, problems }) => {
    for (const cut of [[], Array.from({ length: 60 }, () => 1)]) {
      const scanned = scanOn(drawn, cut);
      expect(scanned.records).toEqual(finds);
      expect(scanned.problems).toEqual(problems);
    }
  });

  it('finds the lines behind one that never ends, and takes no longer for it than it is long', () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => JSON.stringify({ index, text: 'x'.repeat(100) }));
    const { records: found, problems } = scanOn(`{"x":{\n${lines.join('\n')}\n`);
    expect(problems).toEqual(['record.tooLarge 0']);
    // The line in which the limit fell is lost.
    expect(found.length).toBeGreaterThanOrEqual(lines.length - 1);
  });
});
