/** A function with `@middy/sts`, as its documentation has it, everything imported at the top. */
import { Logger } from '@aws-lambda-powertools/logger';
import { STSClient } from '@aws-sdk/client-sts';
import { middyPeer } from './middy-peer.ts';

const logger = new Logger();
const job = middyPeer(new STSClient({}));

export const handler = async (event: Parameters<typeof job>[0]) => {
  logger.info('request', { id: event.id });
  await job(event);
};
