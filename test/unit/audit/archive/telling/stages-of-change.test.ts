import { expect, it } from 'vitest';
import { archiveChange } from '../../../../../lib/audit/archive/archive-change.ts';
import { stagesOfChange } from '../../../../../lib/audit/archive/telling/stages-of-change.ts';
import { aRequest } from '../../../../support/an-issuance.ts';
import { lives } from '../../../../support/issuance-life.ts';
import { streamChange } from '../../../../support/stream-change.ts';

const { intended, issued, claimed, completed, settled } = lives;

function told(images: Parameters<typeof streamChange>[0]) {
  return stagesOfChange(archiveChange(streamChange(images, 1)));
}

it('tells how long it was from the issue to the claim', () => {
  const issuedAtMs = issued.trail.find(({ type }) => type === 'issued')?.atMs ?? 0;
  const claimedAtMs = claimed.state === 'claimed' ? (claimed.claim?.atMs ?? 0) : 0;
  expect(told({ before: issued, after: claimed })).toEqual([['claim', claimedAtMs - issuedAtMs]]);
});

it('tells how long the run was, from the claim to the report', () => {
  const { claim, report } = completed.state === 'completed' ? completed : {};
  const [[stage, milliseconds] = []] = told({ before: claimed, after: completed });
  expect(stage).toBe('run');
  expect(milliseconds).toBe((report?.atMs ?? 0) - (claim?.atMs ?? 0));
});

it.each([
  ['a request', { after: aRequest('r') }],
  ['an intent', { after: intended }],
  ['an issue', { before: intended, after: issued }],
  ['a claim that is looked at again', { before: claimed, after: claimed }],
  ['a report that the broker has settled', { before: completed, after: settled }],
])('tells nothing of %s', (_what, images) => {
  expect(told(images)).toEqual([]);
});
