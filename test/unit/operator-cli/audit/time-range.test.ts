import { describe, expect, it } from 'vitest';
import { dayIn, timeRange } from '../../../../lib/operator-cli/audit/time-range.ts';
import { CLI_NOW_MS } from '../../../support/run-broker.ts';

/** Now is 2026-09-02T12:00Z. */
describe('a time range', () => {
  it.each([
    [{}, {}],
    [{ from: '90m' }, { from: '2026-09-02T10:30:00.000Z' }],
    [{ from: '2h' }, { from: '2026-09-02T10:00:00.000Z' }],
    [
      { from: '7d', to: '1d' },
      { from: '2026-08-26T12:00:00.000Z', to: '2026-09-01T12:00:00.000Z' },
    ],
    [{ from: '2026-09-01' }, { from: '2026-09-01T00:00:00.000Z' }],
    [{ from: '2026-09-02T10:00Z' }, { from: '2026-09-02T10:00:00.000Z' }],
    [{ from: '2026-09-02T10:00:05.5+02:00' }, { from: '2026-09-02T08:00:05.500Z' }],
    [{ to: '2024-02-29' }, { to: '2024-02-29T00:00:00.000Z' }],
    [
      { from: '2027-01-01', to: '2027-01-02' },
      { from: '2027-01-01T00:00:00.000Z', to: '2027-01-02T00:00:00.000Z' },
    ],
  ])('of %j is %j', (asked, range) => {
    expect(timeRange(asked, CLI_NOW_MS)).toEqual(range);
  });

  it.each([
    [{ from: '0h' }, '--from is no time'],
    [{ from: '2w' }, '--from is no time'],
    [{ from: '-2h' }, '--from is no time'],
    [{ from: '' }, '--from is no time'],
    [{ from: 'yesterday' }, '--from is no time'],
    [{ to: '2026-02-31' }, '--to is no time'],
    [{ to: '2025-02-29T00:00Z' }, '--to is no time'],
    [{ to: '2026-09-02T25:00Z' }, '--to is no time'],
    [{ from: '2026-09-02T10:00' }, '--from is no time'],
    [{ from: '2026-09-02 10:00Z' }, '--from is no time'],
    [{ from: '1788349680000' }, '--from is no time'],
    [{ from: '1h', to: '2h' }, '--from 1h is not before --to 2h.'],
    [{ from: '1h', to: '1h' }, '--from 1h is not before --to 1h.'],
    [{ from: '2027-01-01' }, '--from 2027-01-01 is not before now.'],
  ])('is none for %j', (asked, message) => {
    expect(() => timeRange(asked, CLI_NOW_MS)).toThrow(message);
  });
});

describe('a day', () => {
  it('is one of the calendar', () => {
    expect(dayIn('2024-02-29')).toBe('2024-02-29');
  });
  it.each(['2025-02-29', '2026-13-01', '2026-9-2', '2026-09-02T00:00Z', 'today', ''])('is not %j', (text) => {
    expect(() => dayIn(text)).toThrow('YYYY-MM-DD');
  });
});
