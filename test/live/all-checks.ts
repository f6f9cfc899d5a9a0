import { alarmChecks } from './checks/alarms.ts';
import { archiveChecks } from './checks/archive.ts';
import { assumeRoleChecks } from './checks/assume-role.ts';
import { claimChecks } from './checks/claim.ts';
import { cloudTrailChecks } from './checks/cloudtrail.ts';
import { eventBusChecks } from './checks/event-bus.ts';
import { functionUrlChecks } from './checks/function-url.ts';
import { measuringChecks } from './checks/measures.ts';
import { queueChecks } from './checks/queues.ts';
import { timeFenceChecks } from './checks/time-fence.ts';
import type { LiveCheck } from './live-check.ts';

/** Every check, those last that wait longest. */
export const allChecks: readonly LiveCheck[] = [
  ...assumeRoleChecks,
  ...eventBusChecks,
  ...claimChecks,
  ...archiveChecks,
  ...queueChecks,
  ...functionUrlChecks,
  ...timeFenceChecks,
  ...measuringChecks,
  ...alarmChecks,
  ...cloudTrailChecks,
];
