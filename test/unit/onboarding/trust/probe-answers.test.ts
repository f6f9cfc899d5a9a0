import { describe, expect, it } from 'vitest';
import { openingOf, type ProbeEvidence, readProbes } from '../../../../lib/onboarding/trust/probe-answers.ts';
import { PROBES, type Probe, type ProbeOutcome } from '../../../../lib/onboarding/trust/probe-role.ts';

const CURRENT = 'cb-test1-current';
const NEXT = 'cb-test1-next';
type Answers = Partial<Record<Probe, ProbeOutcome | readonly ProbeOutcome[]>>;

function evidence(answers: Answers, change: Partial<ProbeEvidence> = {}): ProbeEvidence {
  const results = PROBES.flatMap((probe) =>
    [answers[probe] ?? []].flat().map((outcome) => ({ probe, outcome, recordId: 'probe_1' })),
  );
  return { results, mode: 'shared', role: {}, externalIds: { current: CURRENT }, ...change };
}

const denied: Answers = { randomExternalId: 'denied', unassignedExternalId: 'denied', noExternalId: 'denied' };
const safe: Answers = { rightExternalId: 'accepted', brokerRightExternalId: 'accepted', ...denied };
const rotating: Partial<ProbeEvidence> = { externalIds: { current: CURRENT, next: NEXT } };

describe('what the probes of one verification prove', () => {
  it.each<[string, Answers, Partial<ProbeEvidence>, object]>([
    ['everything', safe, {}, { proven: true, complete: true, refuses: false }],
    [
      'everything, in a dedicated deployment, without a negative',
      { rightExternalId: 'accepted', brokerRightExternalId: 'accepted' },
      { mode: 'dedicated', externalIds: undefined },
      { proven: true, complete: true, refuses: false },
    ],
    ['nothing without the broker', { ...safe, brokerRightExternalId: [] }, {}, { proven: false, complete: false }],
    [
      'a refusal of the broker',
      { ...safe, brokerRightExternalId: 'denied' },
      {},
      { proven: false, complete: true, refuses: true },
    ],
    [
      'a refusal of us, whatever the broker was told',
      { ...safe, rightExternalId: 'denied' },
      {},
      { proven: false, complete: true, refuses: true },
    ],
    ...(['randomExternalId', 'unassignedExternalId', 'noExternalId'] as const).flatMap(
      (probe): [string, Answers, Partial<ProbeEvidence>, object][] => [
        [
          `nothing good of one that opens to ${probe}`,
          { ...safe, [probe]: 'accepted' },
          {},
          { proven: false, complete: true },
        ],
        [
          `nothing while ${probe} has no answer`,
          { ...safe, [probe]: 'inconclusive' },
          {},
          { proven: false, complete: false },
        ],
        [`nothing while ${probe} was not asked`, { ...safe, [probe]: [] }, {}, { proven: false, complete: false }],
      ],
    ),
    [
      'nothing while a probe that trust does not need has no answer',
      { ...safe, sessionTags: 'inconclusive' },
      {},
      { proven: false, complete: false },
    ],
    [
      'the same of answers that say it twice',
      { ...safe, rightExternalId: ['accepted', 'accepted'] },
      {},
      { proven: true, complete: true },
    ],
    [
      'nothing of answers that contradict each other',
      { ...safe, brokerRightExternalId: ['accepted', 'denied'] },
      {},
      { proven: false, complete: false, refuses: false },
    ],
    [
      'nothing while the other external ID has no answer',
      { ...safe, otherExternalId: 'inconclusive' },
      rotating,
      { proven: false, complete: false },
    ],
    [
      'everything, whatever another external ID was told that is none of the tenant',
      { ...safe, otherExternalId: 'inconclusive' },
      {},
      { proven: true, complete: true },
    ],
    [
      'everything in a dedicated deployment, whatever another external ID was told',
      { ...safe, otherExternalId: 'inconclusive' },
      { ...rotating, mode: 'dedicated' },
      { proven: true, complete: true },
    ],
  ])('is %s', (_, answers, change, proves) => {
    expect(readProbes(evidence(answers, change))).toMatchObject(proves);
  });

  it('tells of a probe what all its answers say', () => {
    const { outcome } = readProbes(
      evidence({
        sessionTags: ['accepted', 'denied'],
        sourceIdentity: ['denied', 'denied'],
        noExternalId: ['denied', 'accepted', 'inconclusive'],
        randomExternalId: ['denied', 'inconclusive'],
        otherExternalId: 'accepted',
      }),
    );
    expect(PROBES.map((probe) => [probe, outcome(probe)])).toEqual([
      ['rightExternalId', undefined],
      ['otherExternalId', undefined],
      ['randomExternalId', 'inconclusive'],
      ['unassignedExternalId', undefined],
      ['noExternalId', 'accepted'],
      ['sessionTags', 'inconclusive'],
      ['sourceIdentity', 'denied'],
      ['brokerRightExternalId', undefined],
      ['decoyRightExternalId', undefined],
    ]);
    expect(readProbes(evidence({ otherExternalId: 'accepted' }, rotating)).outcome('otherExternalId')).toBe('accepted');
    const dedicated = readProbes(evidence(safe, { mode: 'dedicated', externalIds: undefined }));
    expect(dedicated.outcome('noExternalId')).toBeUndefined();
  });
});

describe('whether a role opens to its own external ID', () => {
  const opens = (externalId: string | undefined, takesBoth = false) => ({ role: 'opens', externalId, takesBoth });
  const refuses = { role: 'refuses' };
  const unproven = { role: 'unproven' };
  const each: readonly (readonly [ProbeOutcome | undefined, object])[] = [
    ['accepted', opens(CURRENT)],
    ['denied', refuses],
    ['inconclusive', unproven],
    [undefined, unproven],
  ];

  it.each(each)('says the one answer, %s', (right, opening) => {
    const answers = right === undefined ? {} : { rightExternalId: right };
    expect(openingOf(evidence(answers))).toEqual(opening);
    const dedicated = openingOf(evidence(answers, { mode: 'dedicated' }));
    expect(dedicated).toEqual(right === 'accepted' ? opens(undefined) : opening);
  });

  it.each<[ProbeOutcome | undefined, ProbeOutcome | undefined, object]>([
    ['accepted', 'accepted', opens(NEXT, true)],
    ['accepted', 'denied', opens(CURRENT)],
    ['denied', 'accepted', opens(NEXT)],
    ['denied', 'denied', refuses],
    ['accepted', 'inconclusive', { ...unproven, externalId: CURRENT }],
    ['accepted', undefined, { ...unproven, externalId: CURRENT }],
    ['inconclusive', 'accepted', { ...unproven, externalId: NEXT }],
    [undefined, 'accepted', { ...unproven, externalId: NEXT }],
    ['denied', 'inconclusive', unproven],
    ['inconclusive', 'denied', unproven],
    ['inconclusive', 'inconclusive', unproven],
    [undefined, undefined, unproven],
  ])('says both answers during a rotation, %s and %s', (right, other, opening) => {
    const answers = {
      ...(right === undefined ? {} : { rightExternalId: right }),
      ...(other === undefined ? {} : { otherExternalId: other }),
    };
    expect(openingOf(evidence(answers, rotating))).toEqual(opening);
  });

  it.each([undefined, { current: '' }])('is never proven in a shared deployment without one: %o', (externalIds) => {
    expect(openingOf(evidence({ rightExternalId: 'accepted' }, { externalIds }))).toEqual(unproven);
  });
});
