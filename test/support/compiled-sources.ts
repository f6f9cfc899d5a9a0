import path from 'node:path';
import { projectRoot } from '../../config/stage-config.ts';

/**
 * For the environment of a process that a test starts: what it compiles is kept where `npm run broker` keeps it
 * (`config/broker.ts`), which is half of the time that a command line takes.
 */
export const compiledSources = { NODE_COMPILE_CACHE: path.join(projectRoot, '.build/compiled') };
