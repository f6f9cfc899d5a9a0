import * as v from 'valibot';
import { withAccessDeniedException } from '../access-denied-exception.ts';
import type { Authorize } from '../iam/authorize.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import type { Trail } from './trail.ts';

export type CloudTrailDeps = {
  readonly trail: Pick<Trail, 'state' | 'changedAtMs'>;
  readonly authorize: Authorize;
  readonly home: StackHome;
};

const TRAIL_NAME = 'management-events';

const describeInput = v.object({
  trailNameList: v.optional(v.array(v.string()), []),
  includeShadowTrails: v.optional(v.boolean(), true),
});
const statusInput = v.object({ Name: v.string() });
const selectorsInput = v.object({ TrailName: v.string() });

/** The part of CloudTrail that describes trails. There is one trail, made in the home region, or none. */
export function createCloudTrailService(deps: CloudTrailDeps): Service {
  const guarded = { ...deps, authorize: withAccessDeniedException(deps.authorize) };
  return serviceOf({
    DescribeTrails: (call) => describeTrails(guarded, call),
    GetTrailStatus: (call) => getTrailStatus(guarded, call),
    GetEventSelectors: (call) => getEventSelectors(guarded, call),
  });
}

/** A multi-region trail is visible in every region; outside its home region it is a shadow trail. */
function describeTrails(deps: CloudTrailDeps, call: ServiceCall): ServiceAnswer {
  const { trailNameList, includeShadowTrails } = parseInput(describeInput, call.input);
  authorize(deps, call, { action: 'cloudtrail:DescribeTrails', resource: '*' });
  const isHome = call.region === deps.home.region;
  const isAsked = trailNameList.length === 0 || trailNameList.some((name) => isTrail(name, call, deps));
  if (!isVisible(deps, call) || !isAsked || !(isHome || includeShadowTrails)) return { trailList: [] };
  const description = {
    Name: TRAIL_NAME,
    S3BucketName: `${TRAIL_NAME}-${deps.home.accountId}`,
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: isMultiRegion(deps),
    HomeRegion: deps.home.region,
    TrailARN: trailArn(deps),
    LogFileValidationEnabled: true,
    HasCustomEventSelectors: deps.trail.state() === 'write-only',
    HasInsightSelectors: false,
    IsOrganizationTrail: false,
  };
  return { trailList: [description] };
}

function getTrailStatus(deps: CloudTrailDeps, call: ServiceCall): ServiceAnswer {
  const { Name } = parseInput(statusInput, call.input);
  openTrail(deps, call, { action: 'cloudtrail:GetTrailStatus', name: Name });
  const isLogging = deps.trail.state() !== 'stopped';
  const changedAt = new Date(deps.trail.changedAtMs());
  return { IsLogging: isLogging, ...(isLogging ? { StartLoggingTime: changedAt } : { StopLoggingTime: changedAt }) };
}

function getEventSelectors(deps: CloudTrailDeps, call: ServiceCall): ServiceAnswer {
  const { TrailName } = parseInput(selectorsInput, call.input);
  openTrail(deps, call, { action: 'cloudtrail:GetEventSelectors', name: TrailName });
  const selector = {
    ReadWriteType: deps.trail.state() === 'write-only' ? 'WriteOnly' : 'All',
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  };
  return { TrailARN: trailArn(deps), EventSelectors: [selector] };
}

/** A caller without permission does not learn whether there is a trail. */
function openTrail(deps: CloudTrailDeps, call: ServiceCall, asked: { action: string; name: string }): void {
  const { action, name } = asked;
  const { partition, accountId } = deps.home;
  const arn = name.startsWith('arn:') ? name : `arn:${partition}:cloudtrail:${call.region}:${accountId}:trail/${name}`;
  authorize(deps, call, { action, resource: arn });
  if (isVisible(deps, call) && isTrail(name, call, deps)) return;
  const message = `Unknown trail: ${name} for the user: ${call.caller.accountId}`;
  throw new ServiceError('TrailNotFoundException', 400, message);
}

function authorize(deps: CloudTrailDeps, call: ServiceCall, asked: { action: string; resource: string }): void {
  const { caller, region, sourceIp } = call;
  deps.authorize({ ...asked, caller, region, sourceIp, resourceAccountId: caller.accountId });
}

/** No other account has a trail here, and a single-region trail is visible in no other region. */
function isVisible({ trail, home }: CloudTrailDeps, { caller, region }: ServiceCall): boolean {
  if (caller.accountId !== home.accountId || trail.state() === 'none') return false;
  return region === home.region || trail.state() !== 'single-region';
}

/** The trail is found by name in its home region only; as a shadow trail it is known by its ARN alone. */
function isTrail(nameOrArn: string, call: ServiceCall, deps: CloudTrailDeps): boolean {
  return nameOrArn === trailArn(deps) || (nameOrArn === TRAIL_NAME && call.region === deps.home.region);
}

function isMultiRegion({ trail }: CloudTrailDeps): boolean {
  return trail.state() !== 'single-region';
}

function trailArn({ home }: CloudTrailDeps): string {
  return arnAt(home, 'cloudtrail', `trail/${TRAIL_NAME}`);
}
