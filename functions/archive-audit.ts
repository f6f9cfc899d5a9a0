import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type ArchiveAnswer, archiveOnAws } from '../lib/audit/archive/archive-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { archiveEnvironment } from '../lib/platform/environment.ts';

const archive = archiveOnAws(archiveEnvironment(), deploymentConfig());

/** Archives every change of the ledger and announces what follows from it; every five minutes it signs a digest. */
export const handler = middy<unknown, ArchiveAnswer>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) => archive(event, { remainingMs: () => context.getRemainingTimeInMillis() }),
);
