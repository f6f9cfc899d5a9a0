/** `npm run broker`: the command line of operators in a clone, where it can read `config/<stage>.yml` as well. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Compiling the sources is half of the time that a command takes. The compile cache lies in the clone: anybody who may
// change it may change the sources, too. Only modules that are imported from here on are cached.
enableCompileCache(path.join(import.meta.dirname, '../.build/compiled'));
const { runBrokerProcess } = await import('../lib/operator-cli/broker-process.ts');
const { readStage } = await import('./read-stage.ts');

await runBrokerProcess({ readStage });
