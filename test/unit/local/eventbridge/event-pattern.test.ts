import { describe, expect, it } from 'vitest';
import { compileEventPattern } from '../../../../local/eventbridge/event-pattern.ts';

/** The event of Event Ruler's documentation, with the fields that EventBridge's own examples look at. */
const event = {
  version: '0',
  id: 'ddddd4-aaaa-7777-4444-345dd43cc333',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '012345679012',
  time: '2017-10-02T16:24:49Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000', 'arn:second'],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'source-ip6': '2001:db8::1',
    state: 'running',
    FileName: 'photo.PNG',
    path: 'dir/a*b\\c/users/bin/x.txt',
    empty: '',
    nothing: null,
    yes: true,
    list: [],
    nested: { 'c-count': { c1: 100 } },
    employees: [
      { firstName: 'Anna', role: 'pilot' },
      { firstName: 'John', role: 'cook' },
    ],
  },
};

const detail = (field: string, ...conditions: unknown[]) => ({ detail: { [field]: conditions } });

const cases: [string, unknown, boolean][] = [
  ['a value', { source: ['aws.ec2'] }, true],
  ['another value', { source: ['aws.s3'] }, false],
  ['one of several values', detail('state', 'initializing', 'running'), true],
  ['a value by its whole text only', { source: ['aws'] }, false],
  ['a value with another case', { source: ['AWS.EC2'] }, false],
  ['two fields that both fit', { source: ['aws.ec2'], region: ['us-east-1'] }, true],
  ['two fields of which one does not fit', { source: ['aws.ec2'], region: ['eu-west-1'] }, false],
  ['an element of an array', { resources: ['arn:second'] }, true],
  ['no element of an array', { resources: ['arn:third'] }, false],
  ['a number', detail('c-count', 5.0), true],
  ['a number written as text', detail('c-count', '5'), false],
  ['an empty string', detail('empty', ''), true],
  ['null', detail('nothing', null), true],
  ['null where text is', detail('state', null), false],
  ['null where nothing is', detail('missing', null), false],
  ['a boolean', detail('yes', true), true],
  ['a field that is not there', detail('missing', 'x'), false],
  ['a field of Object.prototype', { detail: { toString: [{ exists: true }] } }, false],
  ['a prefix', { time: [{ prefix: '2017-10-02' }] }, true],
  ['another prefix', { time: [{ prefix: '2018' }] }, false],
  ['a prefix of a number', detail('c-count', { prefix: '5' }), false],
  ['a prefix whatever its case', detail('state', { prefix: { 'equals-ignore-case': 'RUN' } }), true],
  ['a suffix', detail('FileName', { suffix: '.PNG' }), true],
  ['a suffix of another case', detail('FileName', { suffix: '.png' }), false],
  ['a suffix whatever its case', detail('FileName', { suffix: { 'equals-ignore-case': '.png' } }), true],
  ['text whatever its case', detail('FileName', { 'equals-ignore-case': 'PHOTO.png' }), true],
  ['other text whatever its case', detail('FileName', { 'equals-ignore-case': 'photo' }), false],
  ['anything but a text', detail('state', { 'anything-but': 'initializing' }), true],
  ['anything but the text it is', detail('state', { 'anything-but': 'running' }), false],
  ['anything but a number', detail('x-limit', { 'anything-but': 123 }), true],
  ['anything but texts', detail('state', { 'anything-but': ['stopped', 'running'] }), false],
  ['anything but numbers', detail('x-limit', { 'anything-but': [100, 200, 300] }), true],
  ['anything but, of a field that is not there', detail('missing', { 'anything-but': 'x' }), false],
  ['anything but, of an array with another element', { resources: [{ 'anything-but': 'arn:second' }] }, true],
  ['anything but a prefix', detail('state', { 'anything-but': { prefix: 'init' } }), true],
  ['anything but the prefix it has', detail('state', { 'anything-but': { prefix: 'run' } }), false],
  ['anything but prefixes', detail('state', { 'anything-but': { prefix: ['init', 'run'] } }), false],
  ['anything but suffixes', detail('FileName', { 'anything-but': { suffix: ['.txt', '.rtf'] } }), true],
  ['anything but whatever the case', detail('state', { 'anything-but': { 'equals-ignore-case': 'RUNNING' } }), false],
  ['anything but wildcards', detail('path', { 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }), false],
  ['a number above', detail('c-count', { numeric: ['>', 0, '<=', 5] }), true],
  ['a number at an open end', detail('c-count', { numeric: ['>', 5, '<', 9] }), false],
  ['a number below', detail('d-count', { numeric: ['<', 10] }), true],
  ['an equal number', detail('x-limit', { numeric: ['=', 3.018e2] }), true],
  ['a number at least', detail('c-count', { numeric: ['>=', 5.1] }), false],
  ['a number, where text is', detail('state', { numeric: ['>', 0] }), false],
  ['an address of a network', detail('source-ip', { cidr: '10.0.0.0/24' }), true],
  ['an address of another network', detail('source-ip', { cidr: '10.0.1.0/24' }), false],
  ['an IPv6 address of a network', detail('source-ip6', { cidr: '2001:db8::/32' }), true],
  ['an address, where text is', detail('state', { cidr: '0.0.0.0/0' }), false],
  ['a field that is there', detail('c-count', { exists: true }), true],
  ['a null field that is there', detail('nothing', { exists: true }), true],
  ['no such field', detail('missing', { exists: false }), true],
  ['no such field, where it is', detail('c-count', { exists: false }), false],
  ['no such field below what is not there', { absent: { deeper: [{ exists: false }] } }, true],
  ['no such leaf, where an object is', { detail: { nested: { 'c-count': [{ exists: false }] } } }, true],
  ['a leaf, where an object is', { detail: { nested: { 'c-count': [{ exists: true }] } } }, false],
  ['a leaf in an empty array', detail('list', { exists: true }), false],
  ['a wildcard', detail('path', { wildcard: 'dir/*/bin/*.txt' }), true],
  ['a wildcard that ends too early', detail('path', { wildcard: 'dir/*/bin' }), false],
  ['a wildcard that would overlap', detail('state', { wildcard: 'running*running' }), false],
  ['a wildcard whose parts would overlap', detail('state', { wildcard: 'r*ing*g' }), false],
  ['an escaped asterisk and backslash', detail('path', { wildcard: '*a\\*b\\\\c*' }), true],
  ['an escaped asterisk where there is none', detail('state', { wildcard: 'run\\*' }), false],
  ['nested fields', { detail: { nested: { 'c-count': { c1: [{ numeric: ['=', 100] }] } } } }, true],
  ['fields of one object of an array', { detail: { employees: { firstName: ['Anna'], role: ['pilot'] } } }, true],
  ['fields of two objects of an array', { detail: { employees: { firstName: ['Anna'], role: ['cook'] } } }, false],
  ['one of two alternatives', { source: ['aws.ec2'], $or: [{ region: ['x'] }, { account: ['012345679012'] }] }, true],
  ['none of two alternatives', { source: ['aws.ec2'], $or: [{ region: ['x'] }, { account: ['y'] }] }, false],
  [
    'an alternative without what stands beside it',
    { source: ['x'], $or: [{ region: ['us-east-1'] }, { id: ['y'] }] },
    false,
  ],
  [
    'nested alternatives',
    { detail: { $or: [{ state: ['x'] }, { 'c-count': [5], $or: [{ yes: [true] }, { empty: ['x'] }] }] } },
    true,
  ],
  [
    "the documentation's complex example",
    {
      time: [{ prefix: '2017-10-02' }],
      detail: {
        state: [{ 'anything-but': 'initializing' }],
        'c-count': [{ numeric: ['>', 0, '<=', 5] }],
        'd-count': [{ numeric: ['<', 10] }],
        'x-limit': [{ 'anything-but': [100, 200, 300] }],
        'source-ip': [{ cidr: '10.0.0.0/8' }],
      },
    },
    true,
  ],
];

describe('an event pattern', () => {
  it.each(cases)('that asks for %s', (_title, pattern, isMatch) => {
    expect(compileEventPattern(pattern)(event)).toBe(isMatch);
  });

  it.each([
    ['no object', []],
    ['an empty object', {}],
    ['an empty nested object', { detail: {} }],
    ['an empty list', { source: [] }],
    ['a value outside a list', { source: 'aws.ec2' }],
    ['an unknown matcher', detail('state', { contains: 'run' })],
    ['an inherited name for a matcher', detail('state', { constructor: 'run' })],
    ['an unknown matcher in anything-but', detail('state', { 'anything-but': { contains: 'run' } })],
    ['two matchers in one', detail('state', { prefix: 'a', suffix: 'b' })],
    ['a list in a list', detail('state', ['running'])],
    ['a prefix that is no text', detail('state', { prefix: 5 })],
    ['a mixed anything-but', detail('state', { 'anything-but': ['a', 5] })],
    ['an empty anything-but', detail('state', { 'anything-but': [] })],
    ['an anything-but of null', detail('state', { 'anything-but': [null] })],
    ['an exists that is no boolean', detail('state', { exists: 'true' })],
    ['an unknown numeric operator', detail('c-count', { numeric: ['!=', 5] })],
    ['a numeric range upside down', detail('c-count', { numeric: ['>', 5, '<', 5] })],
    ['a numeric range without its lower end first', detail('c-count', { numeric: ['<', 9, '>', 5] })],
    ['a numeric bound that is text', detail('c-count', { numeric: ['>', '5'] })],
    ['a number out of range', detail('c-count', { numeric: ['>', 5_000_000_001] })],
    ['a network that is none', detail('source-ip', { cidr: '10.0.0.0/33' })],
    ['a network that is an address', detail('source-ip', { cidr: '10.0.0.0' })],
    ['two asterisks in a row', detail('path', { wildcard: 'a**b' })],
    ['an escape of an ordinary letter', detail('path', { wildcard: 'a\\b' })],
    ['an $or of one', { $or: [{ source: ['a'] }] }],
    ['an $or of matchers', { $or: [{ numeric: 123 }, { prefix: 'abc' }] }],
  ])('refuses %s', (_title, pattern) => {
    const invalid = expect.objectContaining({ code: 'InvalidEventPatternException', statusCode: 400 });
    expect(() => compileEventPattern(pattern)).toThrow(invalid);
  });

  it('takes a long wildcard over a long text without backtracking', () => {
    const matches = compileEventPattern({ text: [{ wildcard: `${'a*'.repeat(500)}b` }] });
    expect(matches({ text: 'a'.repeat(500_000) })).toBe(false);
  });
});
