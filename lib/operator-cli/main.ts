#!/usr/bin/env node
/** `broker`: the command line of operators, as it is installed. From a clone it is `config/broker.ts`. */
import { runBrokerProcess } from './broker-process.ts';

await runBrokerProcess();
