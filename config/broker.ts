/** `npm run broker`: the command line of operators in a clone, where it can read `config/<stage>.yml` as well. */
import { runBrokerProcess } from '../lib/operator-cli/broker-process.ts';
import { readStage } from './read-stage.ts';

await runBrokerProcess({ readStage });
