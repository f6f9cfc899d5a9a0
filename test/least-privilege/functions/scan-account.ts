import { job } from './jobs.ts';

export const scanAccount = job('scan-account');
