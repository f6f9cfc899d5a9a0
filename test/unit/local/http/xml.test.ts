import { describe, expect, it } from 'vitest';
import { escapeXml, toXmlValue, writeXml, writeXmlDocument } from '../../../../local/http/xml.ts';

describe('escapeXml', () => {
  it.each([
    ['plain text ä 漢 🙂', 'plain text ä 漢 🙂'],
    ['<a href="b">&amp;\'</a>', '&lt;a href=&quot;b&quot;&gt;&amp;amp;&apos;&lt;/a&gt;'],
    [']]>', ']]&gt;'],
    ['line\r\nbreak\ttab', 'line&#xd;\nbreak\ttab'],
    ['\u0000\u0001\u001f\u007f', '&#x0;&#x1;&#x1f;&#x7f;'],
  ])('writes %j as %j', (text, escaped) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

describe('writeXml', () => {
  it('writes lists as members for the query protocol, with whole seconds', () => {
    const value = { Tags: [{ Key: 'a' }, { Key: 'b' }], At: new Date(1_500), Empty: [], Absent: undefined };
    expect(writeXml('R', value, 'member')).toBe(
      '<R><Tags><member><Key>a</Key></member><member><Key>b</Key></member></Tags><At>1970-01-01T00:00:01Z</At><Empty></Empty></R>',
    );
  });

  it('repeats the element for S3, with milliseconds', () => {
    const value = { Key: ['a', 'b'], At: new Date(1_500), Empty: [] };
    expect(writeXml('R', value, 'flat')).toBe('<R><Key>a</Key><Key>b</Key><At>1970-01-01T00:00:01.500Z</At></R>');
  });

  it('puts the namespace on the root only', () => {
    expect(writeXmlDocument({ name: 'R', namespace: 'urn:a&b' }, { R: 1 }, 'flat')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="urn:a&amp;b"><R>1</R></R>',
    );
  });
});

describe('toXmlValue', () => {
  it('keeps plain data, and writes bytes as base64', () => {
    const at = new Date(0);
    expect(toXmlValue({ a: [1, true, null, { b: 'c' }], bytes: new Uint8Array([1, 2]), at })).toEqual({
      a: [1, true, undefined, { b: 'c' }],
      bytes: 'AQI=',
      at,
    });
  });

  it('refuses what is no data', () => {
    expect(() => toXmlValue({ a: () => 1 })).toThrow(TypeError);
  });
});
