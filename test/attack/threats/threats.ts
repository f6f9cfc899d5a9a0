import { acrossTenants } from './across-tenants.ts';
import { auditThreats } from './audit.ts';
import { availability } from './availability.ts';
import { exposedCredentials } from './exposed-credentials.ts';
import { operations } from './operations.ts';
import type { Threat } from './threat.ts';

/**
 * Every threat, by what it is about. `docs/threat-model.md` is made from these; a test sees to it that each file is
 * there, and that each threat that blocks a release has an attack of its own.
 */
export const threatGroups: readonly { readonly title: string; readonly threats: readonly Threat[] }[] = [
  { title: 'Across tenants', threats: acrossTenants },
  { title: 'Credentials in the wrong place', threats: exposedCredentials },
  { title: 'The audit', threats: auditThreats },
  { title: 'Keeping at it', threats: availability },
  { title: 'Operation and delivery', threats: operations },
];

export const threats: readonly Threat[] = threatGroups.flatMap((group) => group.threats);
