import type { RoleBefore, TrustProof } from '../../../../lib/onboarding/trust/assess-trust.ts';
import type { Probe, ProbeOutcome } from '../../../../lib/onboarding/trust/probe-role.ts';
import { START_MS } from '../../../support/frozen-clock.ts';

export type Answers = Partial<Readonly<Record<Probe, ProbeOutcome>>>;

/** One verification: what was known before, what the probes answered, and what that must come to. */
export type TrustCase = {
  readonly title: string;
  readonly mode?: 'shared' | 'dedicated';
  /** During a rotation; then says which external ID the role took before. */
  readonly rotating?: 'current' | 'next';
  readonly before?: Partial<RoleBefore>;
  readonly answers: Answers;
  readonly status: TrustProof['status'];
  readonly findings: TrustProof['findings'];
  /** Left out: it has none. */
  readonly capabilities?: TrustProof['capabilities'];
  /** Milliseconds before now; left out: it has none. */
  readonly firstRefusedAgoMs?: number;
  /** The external ID that is used from now on; left out: it stays as it is. */
  readonly takes?: 'current' | 'next';
};

const A = 'accepted';
const D = 'denied';
const I = 'inconclusive';
const both = { sessionTags: true, sourceIdentity: true };
const none = { sessionTags: false, sourceIdentity: false };

/** What the role of our own template answers. */
export const SAFE: Answers = {
  rightExternalId: A,
  randomExternalId: D,
  unassignedExternalId: D,
  noExternalId: D,
  sessionTags: A,
  sourceIdentity: A,
  brokerRightExternalId: A,
  decoyRightExternalId: D,
};
const ROTATED: Answers = { ...SAFE, otherExternalId: D };
const REFUSED: Answers = { rightExternalId: D };
const refusedAgo = (milliseconds: number) => ({ firstRefusedAtMs: START_MS - milliseconds });

/** Roles as customers make them: (a) to (g) of the requirement. */
const customers: readonly TrustCase[] = [
  { title: 'the template', answers: SAFE, status: 'trusted', findings: [], capabilities: both, takes: 'current' },
  {
    title: 'no condition on the external ID, no tags, the whole account',
    answers: {
      ...SAFE,
      randomExternalId: A,
      unassignedExternalId: A,
      noExternalId: A,
      sessionTags: D,
      sourceIdentity: D,
      decoyRightExternalId: A,
    },
    status: 'quarantined',
    findings: [
      'trust.noExternalIdAccepted',
      'trust.randomExternalIdAccepted',
      'trust.unassignedExternalIdAccepted',
      'trust.wholeAccountAccepted',
      'trust.sessionTagsRefused',
      'trust.sourceIdentityRefused',
    ],
    capabilities: none,
    takes: 'current',
  },
  {
    title: 'StringLike *',
    answers: { ...SAFE, randomExternalId: A, unassignedExternalId: A },
    status: 'quarantined',
    findings: ['trust.randomExternalIdAccepted', 'trust.unassignedExternalIdAccepted'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'StringLike cb-*',
    answers: { ...SAFE, unassignedExternalId: A },
    status: 'quarantined',
    findings: ['trust.unassignedExternalIdAccepted'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'StringEqualsIfExists',
    answers: { ...SAFE, noExternalId: A },
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: "another tenant's external ID, first seen now",
    answers: REFUSED,
    status: 'pending',
    findings: ['trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 0,
  },
  {
    title: 'the whole account with the right external ID',
    answers: { ...SAFE, decoyRightExternalId: A },
    status: 'trusted',
    findings: ['trust.wholeAccountAccepted'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'a role that is there after it was refused',
    before: { findings: ['trust.rightExternalIdRefused'], ...refusedAgo(30_000) },
    answers: SAFE,
    status: 'trusted',
    findings: [],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'neither tags nor a source identity',
    answers: { ...SAFE, sessionTags: D, sourceIdentity: D },
    status: 'trusted',
    findings: ['trust.sessionTagsRefused', 'trust.sourceIdentityRefused'],
    capabilities: none,
    takes: 'current',
  },
  {
    title: 'tags and no source identity',
    answers: { ...SAFE, sourceIdentity: D },
    status: 'trusted',
    findings: ['trust.sourceIdentityRefused'],
    capabilities: { sessionTags: true, sourceIdentity: false },
    takes: 'current',
  },
];

/** The five minutes, and roles that were proven once. */
const refusals: readonly TrustCase[] = [
  ...(
    [
      ['a minute ago', 60_000, 'pending'],
      ['a millisecond short of five minutes ago', 299_999, 'pending'],
      ['five minutes ago', 300_000, 'refused'],
      ['a day ago', 86_400_000, 'refused'],
      ['in the future, by a clock that was set back', -5_000, 'pending'],
    ] as const
  ).map(
    ([when, ago, status]): TrustCase => ({
      title: `refused for the first time ${when}`,
      before: refusedAgo(ago),
      answers: REFUSED,
      status,
      findings: ['trust.rightExternalIdRefused'],
      firstRefusedAgoMs: ago,
    }),
  ),
  {
    title: 'refused for long',
    before: { status: 'refused', findings: ['trust.rightExternalIdRefused'], ...refusedAgo(400_000) },
    answers: REFUSED,
    status: 'refused',
    findings: ['trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 400_000,
  },
  {
    title: 'trusted, and denied now',
    before: { status: 'trusted', findings: ['trust.wholeAccountAccepted'], capabilities: both },
    answers: REFUSED,
    status: 'quarantined',
    findings: ['trust.rightExternalIdRefused'],
    capabilities: both,
    firstRefusedAgoMs: 0,
  },
  {
    title: 'quarantined as broken, and denied still',
    before: { status: 'quarantined', findings: ['trust.rightExternalIdRefused'], ...refusedAgo(900_000) },
    answers: REFUSED,
    status: 'quarantined',
    findings: ['trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 900_000,
  },
  {
    title: 'quarantined as unsafe, and denied now',
    before: { status: 'quarantined', findings: ['trust.noExternalIdAccepted'] },
    answers: REFUSED,
    status: 'quarantined',
    findings: ['trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 0,
  },
  {
    title: 'denied to the broker alone, and new',
    answers: { ...SAFE, brokerRightExternalId: D },
    status: 'pending',
    findings: ['trust.brokerRefused'],
    capabilities: both,
    firstRefusedAgoMs: 0,
    takes: 'current',
  },
  {
    title: 'denied to the broker alone for five minutes',
    before: refusedAgo(300_000),
    answers: { ...SAFE, brokerRightExternalId: D },
    status: 'refused',
    findings: ['trust.brokerRefused'],
    capabilities: both,
    firstRefusedAgoMs: 300_000,
    takes: 'current',
  },
  {
    title: 'trusted, and denied to the broker now',
    before: { status: 'trusted' },
    answers: { ...SAFE, brokerRightExternalId: D },
    status: 'quarantined',
    findings: ['trust.brokerRefused'],
    capabilities: both,
    firstRefusedAgoMs: 0,
    takes: 'current',
  },
  {
    title: 'quarantined as unsafe, and clean now',
    before: { status: 'quarantined', findings: ['trust.noExternalIdAccepted'] },
    answers: SAFE,
    status: 'trusted',
    findings: [],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'quarantined as broken, and open again',
    before: { status: 'quarantined', findings: ['trust.rightExternalIdRefused'], ...refusedAgo(900_000) },
    answers: SAFE,
    status: 'trusted',
    findings: [],
    capabilities: both,
    takes: 'current',
  },
];

/** Two things at once: the first of unsafe, refused, unproven decides the status; all of them are found. */
const together: readonly TrustCase[] = [
  {
    title: 'unsafe and denied to the broker',
    answers: { ...SAFE, noExternalId: A, brokerRightExternalId: D },
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'trust.brokerRefused'],
    capabilities: both,
    firstRefusedAgoMs: 0,
    takes: 'current',
  },
  {
    title: 'unsafe and denied its own external ID',
    answers: { ...REFUSED, noExternalId: A },
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 0,
  },
  {
    title: 'unsafe, and the rest without an answer',
    answers: { rightExternalId: I, randomExternalId: A },
    status: 'quarantined',
    findings: ['trust.randomExternalIdAccepted', 'probe.inconclusive'],
  },
  {
    title: 'unsafe though it was trusted',
    before: { status: 'trusted' },
    answers: { ...SAFE, unassignedExternalId: A },
    status: 'quarantined',
    findings: ['trust.unassignedExternalIdAccepted'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'denied to the broker, and a negative without an answer',
    answers: { ...SAFE, noExternalId: I, brokerRightExternalId: D },
    status: 'pending',
    findings: ['trust.brokerRefused', 'probe.inconclusive'],
    capabilities: both,
    firstRefusedAgoMs: 0,
    takes: 'current',
  },
];

/** An answer that is missing or says nothing: nothing changes, and nothing becomes trusted. */
const required: readonly Probe[] = [
  'rightExternalId',
  'randomExternalId',
  'unassignedExternalId',
  'noExternalId',
  'brokerRightExternalId',
];
const unproven: readonly TrustCase[] = [
  ...required.flatMap((probe): TrustCase[] => {
    const { [probe]: _missing, ...rest } = SAFE;
    const taken: Pick<TrustCase, 'takes'> = probe === 'rightExternalId' ? {} : { takes: 'current' };
    const outcome = { findings: ['probe.inconclusive' as const], capabilities: both, ...taken };
    return (['pending', 'refused', 'quarantined', 'trusted'] as const).flatMap((status) => [
      { title: `${status}, ${probe} not made`, before: { status }, answers: rest, status, ...outcome },
      { title: `${status}, ${probe} lost`, before: { status }, answers: { ...SAFE, [probe]: I }, status, ...outcome },
    ]);
  }),
  ...(['sessionTags', 'sourceIdentity', 'decoyRightExternalId'] as const).map(
    (probe): TrustCase => ({
      title: `new, ${probe} lost`,
      answers: { ...SAFE, [probe]: I },
      status: 'pending',
      findings: ['probe.inconclusive'],
      capabilities: { ...both, ...(probe === 'decoyRightExternalId' ? {} : { [probe]: false }) },
      takes: 'current',
    }),
  ),
  {
    title: 'nothing made at all',
    answers: {},
    status: 'pending',
    findings: ['probe.inconclusive'],
  },
  {
    title: 'unsafe before, and all lost now: it stays unsafe',
    before: { status: 'quarantined', findings: ['trust.noExternalIdAccepted', 'trust.wholeAccountAccepted'] },
    answers: { rightExternalId: I },
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'probe.inconclusive', 'trust.wholeAccountAccepted'],
  },
  {
    title: 'unsafe before, that one clean now, another lost',
    before: { status: 'quarantined', findings: ['trust.noExternalIdAccepted', 'trust.randomExternalIdAccepted'] },
    answers: { ...SAFE, randomExternalId: I },
    status: 'quarantined',
    findings: ['trust.randomExternalIdAccepted', 'probe.inconclusive'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'unsafe by what was found before, whatever its status says',
    before: { status: 'trusted', findings: ['trust.noExternalIdAccepted'] },
    answers: { ...SAFE, noExternalId: I },
    status: 'quarantined',
    findings: ['trust.noExternalIdAccepted', 'probe.inconclusive'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'refused before, and no answer now: its five minutes run on',
    before: { findings: ['trust.rightExternalIdRefused'], ...refusedAgo(900_000) },
    answers: { rightExternalId: I },
    status: 'pending',
    findings: ['trust.rightExternalIdRefused', 'probe.inconclusive'],
    firstRefusedAgoMs: 900_000,
  },
  {
    title: 'capable before, and no answer now: it stays capable',
    before: { status: 'trusted', capabilities: both },
    answers: { ...SAFE, sessionTags: I, sourceIdentity: I },
    status: 'trusted',
    findings: ['probe.inconclusive'],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'capable before, and not any more',
    before: { status: 'trusted', capabilities: both },
    answers: { ...SAFE, sessionTags: D },
    status: 'trusted',
    findings: ['trust.sessionTagsRefused'],
    capabilities: { sessionTags: false, sourceIdentity: true },
    takes: 'current',
  },
];

const rotations: readonly TrustCase[] = [
  ...(['current', 'next'] as const).flatMap((rotating): TrustCase[] => {
    const other = rotating === 'current' ? ('next' as const) : ('current' as const);
    const shared = { rotating, capabilities: both };
    return [
      {
        ...shared,
        title: 'both open it',
        answers: { ...SAFE, otherExternalId: A },
        status: 'trusted',
        findings: ['trust.previousExternalIdAccepted'],
        takes: 'next',
      },
      { ...shared, title: 'its own alone', answers: ROTATED, status: 'trusted', findings: [], takes: rotating },
      {
        ...shared,
        title: 'the other alone',
        answers: { ...ROTATED, rightExternalId: D, otherExternalId: A },
        status: 'trusted',
        findings: [],
        takes: other,
      },
      {
        ...shared,
        title: 'the other alone, of a role that was refused',
        before: { status: 'refused', findings: ['trust.rightExternalIdRefused'], ...refusedAgo(400_000) },
        answers: { ...ROTATED, rightExternalId: D, otherExternalId: A },
        status: 'trusted',
        findings: [],
        takes: other,
      },
      {
        rotating,
        title: 'neither',
        before: { status: 'trusted' },
        answers: { rightExternalId: D, otherExternalId: D },
        status: 'quarantined',
        findings: ['trust.rightExternalIdRefused'],
        firstRefusedAgoMs: 0,
      },
      ...(
        [
          ['its own, the other lost', A, I],
          ['its own, the other not asked', A, undefined],
          ['the other, its own lost', I, A],
          ['its own denied, the other lost', D, I],
          ['its own lost, the other denied', I, D],
          ['both lost', I, I],
        ] as const
      ).map(
        ([title, rightExternalId, otherExternalId]): TrustCase => ({
          ...shared,
          title: `${title}: not proven which`,
          answers: { ...SAFE, rightExternalId, ...(otherExternalId === undefined ? {} : { otherExternalId }) },
          status: 'pending',
          findings: ['probe.inconclusive'],
        }),
      ),
      {
        ...shared,
        title: 'both opened it before, and one is lost now',
        before: { status: 'trusted', findings: ['trust.previousExternalIdAccepted'] },
        answers: { ...SAFE, otherExternalId: I },
        status: 'trusted',
        findings: ['probe.inconclusive', 'trust.previousExternalIdAccepted'],
      },
      {
        ...shared,
        title: 'both open it, and so does none',
        answers: { ...SAFE, otherExternalId: A, noExternalId: A },
        status: 'quarantined',
        findings: ['trust.noExternalIdAccepted', 'trust.previousExternalIdAccepted'],
        takes: 'next',
      },
    ];
  }),
  {
    title: 'an answer to another external ID, where there is no rotation',
    answers: { ...SAFE, otherExternalId: A },
    status: 'trusted',
    findings: [],
    capabilities: both,
    takes: 'current',
  },
  {
    title: 'no answer to another external ID, where there is no rotation',
    answers: { ...SAFE, otherExternalId: I },
    status: 'trusted',
    findings: [],
    capabilities: both,
    takes: 'current',
  },
];

const dedicated: readonly TrustCase[] = [
  {
    title: 'it opens to us and to the broker',
    answers: { rightExternalId: A, brokerRightExternalId: A },
    status: 'trusted',
    findings: [],
  },
  {
    title: 'with everything beside, and other roles of our account',
    answers: {
      rightExternalId: A,
      brokerRightExternalId: A,
      sessionTags: A,
      sourceIdentity: D,
      decoyRightExternalId: A,
    },
    status: 'trusted',
    findings: ['trust.wholeAccountAccepted', 'trust.sourceIdentityRefused'],
    capabilities: { sessionTags: true, sourceIdentity: false },
  },
  {
    title: 'opening without an external ID is what it is to do',
    answers: { rightExternalId: A, brokerRightExternalId: A, noExternalId: A, randomExternalId: I },
    status: 'trusted',
    findings: [],
  },
  {
    title: 'not to the broker',
    before: { status: 'trusted' },
    answers: { rightExternalId: A, brokerRightExternalId: D },
    status: 'quarantined',
    findings: ['trust.brokerRefused'],
    firstRefusedAgoMs: 0,
  },
  {
    title: 'the broker was not asked',
    answers: { rightExternalId: A },
    status: 'pending',
    findings: ['probe.inconclusive'],
  },
  {
    title: 'not to us',
    before: refusedAgo(300_000),
    answers: { rightExternalId: D },
    status: 'refused',
    findings: ['trust.rightExternalIdRefused'],
    firstRefusedAgoMs: 300_000,
  },
];

export const trustCases: Readonly<Record<string, readonly TrustCase[]>> = {
  'a role as customers make it': customers,
  'a role that is denied': refusals,
  'more than one thing at once': together,
  'an answer that is missing': unproven,
  'a rotation': rotations,
  'a dedicated deployment': dedicated.map((one) => ({ ...one, mode: 'dedicated' })),
};
