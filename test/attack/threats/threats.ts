import { acrossTenants } from './across-tenants.ts';
import { auditThreats } from './audit.ts';
import { availability } from './availability.ts';
import { exposedCredentials } from './exposed-credentials.ts';
import { operations } from './operations.ts';
import type { Threat } from './threat.ts';

/**
 * Every threat, by what it is about. `docs/threat-model.md` tells the same; a test sees to it that each file is there,
 * and that each threat that blocks a release has an attack of its own.
 */
export const threatGroups: readonly { readonly title: string; readonly threats: readonly Threat[] }[] = [
  { title: 'across tenants', threats: acrossTenants },
  { title: 'exposed credentials', threats: exposedCredentials },
  { title: 'audit', threats: auditThreats },
  { title: 'availability and correctness', threats: availability },
  { title: 'operations and supply chain', threats: operations },
];

export const threats: readonly Threat[] = threatGroups.flatMap((group) => group.threats);
