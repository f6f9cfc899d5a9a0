import { takesRequests } from './take-requests.ts';

export const requestJob = takesRequests('request-job');
