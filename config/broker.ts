/** `npm run broker`: the command line of operators in a clone, where it can read `config/<stage>.yml` as well. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';

// Compiling its sources is half of what a command takes. What is kept of that lies in the clone: whoever may change it
// may change the sources, too. Only what is imported from here on is kept.
enableCompileCache(path.join(import.meta.dirname, '../.build/compiled'));
const { runBrokerProcess } = await import('../lib/operator-cli/broker-process.ts');
const { readStage } = await import('./read-stage.ts');

await runBrokerProcess({ readStage });
