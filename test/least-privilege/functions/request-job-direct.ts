import { takesRequests } from './take-requests.ts';

export const requestJobDirect = takesRequests('request-job-direct');
