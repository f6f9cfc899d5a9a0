import { job } from './jobs.ts';

export const processLogs = job('process-logs');
