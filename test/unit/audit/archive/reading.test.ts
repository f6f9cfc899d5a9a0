import { describe, expect, it } from 'vitest';
import { readImage } from '../../../../lib/audit/archive/ledger-record.ts';
import { readItem } from '../../../../lib/audit/archive/read-attribute.ts';
import { readArchiveEvent } from '../../../../lib/audit/archive/stream-event.ts';
import { lives } from '../../../support/issuance-life.ts';
import { streamChange, streamRecord, wireItem } from '../../../support/stream-change.ts';

describe('reading an item', () => {
  it('gives every type that a record has', () => {
    const item = {
      text: { S: 'é' },
      empty: { S: '' },
      count: { N: '1795246800000' },
      broken: { N: '1.5' },
      yes: { BOOL: true },
      no: { BOOL: false },
      nothing: { NULL: true },
      bytes: { B: 'AQID' },
      list: { L: [{ S: 'a' }, { M: { deep: { N: '-1' } } }] },
      map: { M: {} },
      __proto__: { S: 'own' },
    };
    expect(readItem(item)).toEqual({
      text: 'é',
      empty: '',
      count: 1_795_246_800_000,
      broken: 1.5,
      yes: true,
      no: false,
      nothing: null,
      bytes: new Uint8Array([1, 2, 3]),
      list: ['a', { deep: -1 }],
      map: {},
    });
  });

  it('makes an attribute of what would be a prototype', () => {
    const item = readItem(JSON.parse('{"__proto__": {"S": "own"}}'));
    expect(Object.getPrototypeOf(item)).toBe(Object.prototype);
    expect(Object.entries(item)).toEqual([['__proto__', 'own']]);
  });

  it.each([
    ['a set', { SS: ['a'] }],
    ['a set of numbers', { NS: ['1'] }],
    ['nothing', {}],
    ['two types at once', { S: 'a', N: '1' }],
    ['a text that is none', { S: 1 }],
    ['half of a surrogate pair', { S: 'a\ud800b' }],
    ['a name that holds half of one', { M: { 'a\udfff': { S: 'a' } } }],
    ['a number that is none', { N: 1 }],
    ['an empty number', { N: '' }],
    ['a list that is none', { L: {} }],
    ['a map that is a list', { M: [] }],
    ['no object', 'a'],
    ['null', null],
    ['what is nested wrongly', { L: [{ M: { x: { SS: [] } } }] }],
  ])('refuses %s', (_, attribute) => {
    expect(() => readItem({ attribute })).toThrow(TypeError);
  });
});

describe('reading an image', () => {
  it('drops the ticket first, and can still tell tickets apart', () => {
    const image = wireItem(lives.issued);
    const { ticket: _ticket, ...without } = image;
    const other = { ...image, ticket: { M: { wrappedKey: { B: 'BAUG' } } } };
    const [read, gone, exchanged] = [readImage(image), readImage(without), readImage(other)];
    expect(read.record).toEqual(gone.record);
    expect(read.record).not.toHaveProperty('ticket');
    expect(JSON.stringify(read)).not.toMatch(/AQID|wrappedKey/);
    expect(gone.ticketTrace).toBeUndefined();
    expect(readImage(image).ticketTrace).toBe(read.ticketTrace);
    expect(exchanged.ticketTrace).not.toBe(read.ticketTrace);
  });

  it.each<[string, object]>([
    ['an attribute more', { ...lives.intended, more: 1 }],
    ['an attribute less', { ...lives.intended, owner: undefined }],
    ['a number that JavaScript does not hold', { ...lives.intended, call: 2 ** 60 }],
    ['a state that does not have this', { ...lives.intended, claim: { atMs: 1, attempt: 1, by: 'x' } }],
    ['a type that is a member of every object', { recordType: 'constructor', recordId: 'x' }],
    ['no type', { recordId: 'x' }],
  ])('finds no record in one with %s, and keeps names and a hash', (_, item) => {
    const { record, unreadable } = readImage(wireItem(item));
    expect(record).toBeUndefined();
    const names = Object.keys(wireItem(item)).sort();
    expect(unreadable).toEqual({ attributes: names, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('keeps no more of names than has room', () => {
    const names = Array.from({ length: 100 }, (_, index) => `${'n'.repeat(100)}${index}`);
    const { unreadable } = readImage(wireItem(Object.fromEntries(names.map((name) => [name, 'x']))));
    expect(unreadable?.attributes).toHaveLength(64);
    expect(unreadable?.attributes.every((name) => name.length <= 64)).toBe(true);
  });
});

describe('reading an event', () => {
  const change = streamChange({ before: lives.intended, after: lives.issued }, 7);

  it('takes a batch as Lambda hands it over', () => {
    expect(readArchiveEvent({ Records: [streamRecord(change)] })).toEqual({ kind: 'changes', changes: [change] });
  });

  it('takes a time with a fraction for its second', () => {
    const record = JSON.parse(JSON.stringify(streamRecord(change)).replace(/(Time":\d+)/, '$1.987'));
    expect(readArchiveEvent({ Records: [record] })).toEqual({ kind: 'changes', changes: [change] });
  });

  it.each(['constructor', 'prototype', '__proto__', 'toString'])('leaves out no attribute named %s', (name) => {
    const text = JSON.stringify(streamRecord(change)).replace('"NewImage":{', `"NewImage":{"${name}":{"S":"more"},`);
    const read = readArchiveEvent({ Records: [JSON.parse(text)] });
    const [first] = read.kind === 'changes' ? read.changes : [];
    expect(readImage(first?.newImage ?? {}).unreadable?.attributes).toContain(name);
  });

  it('takes a tick', () => {
    expect(readArchiveEvent({ kind: 'tick' })).toEqual({ kind: 'tick' });
  });

  it.each([
    ['nothing', undefined],
    ['another tick', { kind: 'tock' }],
    ['a tick with more', { kind: 'tick', Records: 1 }],
    ['a record without its number', { Records: [{ ...streamRecord(change), dynamodb: {} }] }],
    ['a record of another table', { Records: [{ ...streamRecord(change), eventName: 'OTHER' }] }],
  ])('throws on %s, so that nothing of it counts as archived', (_, event) => {
    expect(() => readArchiveEvent(event)).toThrow(TypeError);
  });
});
