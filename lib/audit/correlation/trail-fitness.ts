import type { TrailFinding } from './correlation-state.ts';

/** One trail of the account, with what decides whether it shows every AssumeRole of ours. */
export type TrailFacts = {
  readonly isMultiRegion: boolean;
  readonly isLogging: boolean;
  /** Undefined when the selectors could not be read. */
  readonly selectors: TrailSelectors | undefined;
};

/** Source: CloudTrail API Reference, EventSelector and AdvancedFieldSelector. */
export type TrailSelectors = {
  readonly basic: readonly { readonly readWriteType: string; readonly includesManagement: boolean }[];
  readonly advanced: readonly (readonly FieldSelector[])[];
};
export type FieldSelector = {
  readonly field: string;
  /** Empty: the field is not compared with any value. */
  readonly equals: readonly string[];
  readonly notEquals: readonly string[];
  /** The selector has other operators too; what they let through is not worked out here. */
  readonly hasOthers: boolean;
};

/** Reads the trails that cover the region. */
export type ReadTrails = () => Promise<readonly TrailFacts[]>;

/**
 * The reason why CloudTrail does not show every AssumeRole of ours; undefined when it does. One fit trail is enough.
 * AssumeRole is a read-only management event, so a trail of write events never shows one. Of several trails, the one
 * that comes closest decides the finding.
 */
export function trailFinding(trails: readonly TrailFacts[]): TrailFinding | undefined {
  const findings = trails.map(findingOf);
  if (findings.includes(undefined)) return undefined;
  return CLOSEST_FIRST.find((finding) => findings.includes(finding)) ?? 'noTrail';
}

const CLOSEST_FIRST: readonly TrailFinding[] = ['unreadable', 'noReadEvents', 'notLogging', 'notMultiRegion'];

function findingOf({ isMultiRegion, isLogging, selectors }: TrailFacts): TrailFinding | undefined {
  if (!isMultiRegion) return 'notMultiRegion';
  if (!isLogging) return 'notLogging';
  if (selectors === undefined) return 'unreadable';
  const basic = selectors.basic.some(
    ({ readWriteType, includesManagement }) => includesManagement && /^(All|ReadOnly)$/.test(readWriteType),
  );
  return basic || selectors.advanced.some(takesAssumeRole) ? undefined : 'noReadEvents';
}

/** The values of the fields in an AssumeRole of ours. Source: CloudTrail User Guide, "Filtering management events". */
const ASSUME_ROLE: ReadonlyMap<string, string> = new Map([
  ['eventCategory', 'Management'],
  ['readOnly', 'true'],
  ['eventSource', 'sts.amazonaws.com'],
  ['eventName', 'AssumeRole'],
  ['eventType', 'AwsApiCall'],
]);

/** Every field of a selector must let the event through; a field that we do not know may exclude the event. */
function takesAssumeRole(fields: readonly FieldSelector[]): boolean {
  const isOfManagement = fields.some(({ field, equals }) => field === 'eventCategory' && equals.includes('Management'));
  return isOfManagement && fields.every(letsThrough);
}

function letsThrough({ field, equals, notEquals, hasOthers }: FieldSelector): boolean {
  const value = ASSUME_ROLE.get(field);
  if (value === undefined || hasOthers) return false;
  return (equals.length === 0 || equals.includes(value)) && !notEquals.includes(value);
}
